"""Where snapshots are kept: a container, or a folder on one machine."""
