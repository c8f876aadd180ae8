"""Tests of what azd runs."""
