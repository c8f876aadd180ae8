"""A small stand-in for Azure Key Vault's secrets on the loopback address; knows nothing of offboarding."""
