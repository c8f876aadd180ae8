"""The host's own tests: unit (no processes), contract (the host as a process, a toy app, the local broker)."""
