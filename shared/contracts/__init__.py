"""What crosses the border: request, events and views as pydantic models; JSON Schema is generated from them."""
