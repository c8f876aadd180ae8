"""The console in a real browser, over the running stack."""
