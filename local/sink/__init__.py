"""Receives what would have been told to people: a Teams workflow, a mail service and a web hook on one machine."""
