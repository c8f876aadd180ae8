"""Faults planted in the workflows, each of which has to be found."""
