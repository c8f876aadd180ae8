"""The HTTP door: the REST data plane of Service Bus, for clients without AMQP. Same engine, same turn, same tokens.

https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest: send, peek-lock, complete, unlock, renew,
receive and delete. Batches, sessions and the management of entities are not there; TLS is not either.
"""
