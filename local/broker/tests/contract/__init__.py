"""The local broker under the real azure-servicebus client, and under clients that misbehave."""
