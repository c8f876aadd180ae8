"""Bounds of a server: what keeps its memory and its threads finite whatever a client sends."""

from __future__ import annotations

from dataclasses import dataclass

MAX_HEAD_BYTES = 64 * 1024
"""Of request line and headers together."""
MAX_HEADERS = 100
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024
"""How long, and how much, is read of a refused request, so that its client can read the refusal."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What differs between servers. Times in seconds."""

    max_body_bytes: int
    idle_seconds: float
    """A connection without a request is closed after that."""
    request_seconds: float
    """From the first byte of a request to its last, and for taking the answer."""
    max_connections: int = 1_000
    """Further ones are cut at once."""
