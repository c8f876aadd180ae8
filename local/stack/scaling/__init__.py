"""Flex Consumption on one machine: a process for each group of functions, from zero and back."""
