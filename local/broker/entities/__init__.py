"""Which queues, topics and subscriptions exist, and with what settings."""
