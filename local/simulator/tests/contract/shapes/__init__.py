"""Documented bodies against the simulator's, by rule: the same keys, casing, nesting and types."""
