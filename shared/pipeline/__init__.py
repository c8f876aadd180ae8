"""One wake-up: from the claim to the outbox."""
