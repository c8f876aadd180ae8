"""What the pipeline costs a month: docs/cost.md has numbers, prices and formulas; this recomputes its results."""
