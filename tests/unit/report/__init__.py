"""The report: its facts, the page, the table."""
