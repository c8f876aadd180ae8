"""Entry points, one file for each kind of trigger: parse, one call into shared, result."""
