"""The product as a CRM and an operator meet it: real processes, real AMQP, real HTTP."""
