"""The broker's own tests: unit (no sockets), contract (real clients, wrong clients), performance."""
