"""The demo's own tests; tests/e2e runs it as its users do."""
