"""The local stack without its processes: ports, remembered scenarios, excerpts of logs, the command line."""
