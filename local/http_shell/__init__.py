"""The HTTP/1.1 server that broker, simulator and host share: everything up to a request, and from an answer on.

Threads and sockets of the standard library. It knows nothing of the three: each hands in a function that answers, and
one that words a refusal.
"""
