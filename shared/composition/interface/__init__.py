"""The interface for machines: OpenAPI of what is asked over HTTP, AsyncAPI of what goes through Service Bus."""
