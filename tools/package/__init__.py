"""The zip that is deployed, made from the tracked files: the same bytes for the same commit."""
