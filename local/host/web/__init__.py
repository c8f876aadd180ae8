"""HTTP triggers: server, routes, keys, conversion, and the host's own few addresses."""
