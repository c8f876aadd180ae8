"""Runs the function app under Microsoft's own Python worker; see README.md beside this file."""
