"""Where the refresh token lies: the TokenVault port on Key Vault and, on one machine, in a file."""
