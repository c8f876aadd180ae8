"""What survives the end of the process."""
