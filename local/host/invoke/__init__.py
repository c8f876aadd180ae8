"""Runs one invocation: thread pool or event loop, time limit, context, trace."""
