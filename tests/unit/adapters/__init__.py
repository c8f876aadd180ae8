"""The HTTP adapters against bodies of our own making: every oddity that a service is known to show."""
