"""What to do about each holding, and whether the relationship may be removed: pure."""
