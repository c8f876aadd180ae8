"""The stages: each is a function of a session (one claimed offboarding) and returns an outcome."""
