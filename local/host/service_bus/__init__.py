"""Service Bus triggers: one receive loop for each function, as the Service Bus extension runs them."""
