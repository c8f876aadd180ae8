"""Where adapters meet ports."""
