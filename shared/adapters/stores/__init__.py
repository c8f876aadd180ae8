"""The stores of offboardings: Azure Tables, and SQLite on one machine."""
