"""Who is connected: connections, sessions, links and the nodes at their ends."""
