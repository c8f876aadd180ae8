"""What values can be, and whether one can stand where another is wanted."""
