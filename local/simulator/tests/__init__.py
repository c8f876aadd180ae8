"""The simulator's own tests: unit (one rule each), contract (documented bodies, truth table, the process)."""
