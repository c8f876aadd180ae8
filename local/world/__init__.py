"""The in-memory world: the whole pipeline in one process and one thread of time, behind the production ports.

The stages and the HTTP adapters are the real ones; the partner tenant is the simulator, called without sockets; bus,
store and clock are kept in memory. Tests run months of an offboarding in milliseconds, and crash it at any point.
"""
