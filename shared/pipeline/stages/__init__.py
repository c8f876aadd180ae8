"""The stages: only these decide how an offboarding goes on."""
