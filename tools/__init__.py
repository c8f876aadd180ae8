"""Checks of the repository itself. Never deployed."""
