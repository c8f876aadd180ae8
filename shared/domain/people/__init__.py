"""Who may do what: people by their roles, programs by their key."""
