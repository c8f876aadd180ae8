"""What timers do."""
