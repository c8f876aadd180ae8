"""What must hold of a file whose expressions are understood, one family of rules for each module."""
