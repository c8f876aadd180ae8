"""The adapters behind the ports: HTTP, Service Bus, stores and the clock."""
