"""Links: one-way roads between a client and a node, within a session."""
