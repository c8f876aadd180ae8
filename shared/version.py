"""The version of the pipeline: the one place that says it."""

VERSION = "0.1.0"
"""Semantic Versioning. The package's metadata, the log and every event carry it."""
