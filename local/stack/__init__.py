"""The local stack: three processes and a data folder, started and stopped together."""
