"""Telemetry as Azure Monitor would have it."""
