"""Snapshots of the record: taken page by page, verified, and put back."""
