"""docs/reference.md: every code, status, event and setting, written from the enums and their explanations."""
