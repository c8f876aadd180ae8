"""Tests of the Bicep check."""
