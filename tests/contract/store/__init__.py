"""One contract, every store: in memory, in a SQLite file, in Azure Tables (Azurite; skipped where it is missing)."""
