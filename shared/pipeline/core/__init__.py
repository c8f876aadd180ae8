"""What stages and steps work with."""
