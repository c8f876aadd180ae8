"""The evidence of one offboarding: a chain of entries, each with the hash of the one before. Pure."""
