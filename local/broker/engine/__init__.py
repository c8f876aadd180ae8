"""What happens to messages. Pure: no socket, no file, and the time comes from a given clock.

Every change is told to a journal at once; the caller makes the journal durable before it tells a client.
"""
