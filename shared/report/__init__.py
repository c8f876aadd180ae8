"""One offboarding for people to keep: a page to read and print, and its holdings as a table."""
