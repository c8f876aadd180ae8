"""Finished evidence: signed with a key in Key Vault or in a file, kept in a container or in a folder."""
