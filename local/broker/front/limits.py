"""Bounds that keep the broker's memory finite whatever a client sends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. `max_message_bytes` is what Service Bus calls the maximum message size."""

    max_message_bytes: int = 256 * 1024
    max_frame_bytes: int = 65_536
    max_connections: int = 1_000
    max_sessions: int = 64
    """Of one connection."""
    max_links: int = 256
    """Of one connection."""
    max_partial_bytes: int = 8 * 1024 * 1024
    """Of all half-sent messages of one connection."""
    max_unsent_bytes: int = 16 * 1024 * 1024
    """Of answers that a client does not read; then its connection is dropped."""
    max_unsettled: int = 10_000
    """Of deliveries that one session remembers; those whose lock has run out are forgotten first."""
    idle_link_seconds: float = 600.0
    """A link to an entity on which nothing is sent or asked for so long is detached, as Service Bus does:
    https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot"""
    handshake_seconds: float = 30.0
    """From the connection to its open frame, and from a close frame to the end."""

    @property
    def max_request_bytes(self) -> int:
        """Of a request to `$cbs` or `$management`, which may hold several messages."""
        return 4 * self.max_message_bytes
