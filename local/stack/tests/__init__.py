"""The stack's own tests, without its processes; tests/e2e proves the application over the whole stack."""
