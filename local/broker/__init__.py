"""An AMQP 1.0 broker for one machine that speaks the Azure Service Bus dialect.

Folders, each importing only those above it:

    amqp/      the wire: types, frames, performatives, message sections
    entities/  what exists: queues, topics and subscriptions, read from a file
    engine/    what happens to messages: locks, counts, schedules, dead letters; pure, the clock is given
    storage/   what survives: one SQLite file
    front/     who is connected: connections, sessions, links, `$cbs`, `$management`
    rest/      the same over HTTP, for clients without AMQP

`server.py` puts them together; `__main__.py` is the command line. The broker knows nothing of the application.
"""
