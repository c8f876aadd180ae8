"""From a message or an HTTP body to a stored offboarding."""
