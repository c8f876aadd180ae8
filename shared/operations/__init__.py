"""What people do to an offboarding."""
