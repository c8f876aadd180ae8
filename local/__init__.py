"""One machine: broker, partner simulator, Functions host, the stack that starts them, the demo. Never deployed."""
