"""Snapshots of the record: list them, take one, put one back. Works on the store itself, not over HTTP."""
