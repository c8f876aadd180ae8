"""The operators' command; never deployed."""
