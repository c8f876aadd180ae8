"""What strangers and tools expect of the repository itself."""
