"""What every link has, and what it needs of its session."""

from __future__ import annotations

from typing import Protocol

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.performatives import Detach, Flow, Performative, Transfer
from local.broker.amqp.terms import error_value
from local.broker.engine.message import Lock
from local.broker.engine.queue import MessageQueue
from local.broker.front.hub import Hub

SERIAL_MASK = 0xFFFFFFFF
"""Counters on the wire have 32 bits and wrap around (RFC 1982)."""


class LinkHost(Protocol):
    """What a link needs of its session."""

    hub: Hub

    def send(self, body: Performative) -> None:
        """Send a frame on the session's channel."""

    def send_flow(self, **fields: int | bool | None) -> None:
        """Send a flow with the session's windows and these link fields."""

    def deliver(
        self, handle: int, payload: bytes, tag: bytes, *, settled: bool, lock: tuple[MessageQueue, Lock] | None
    ) -> None:
        """Send a message; with a lock, remember the delivery until it is settled."""

    def can_deliver(self) -> bool:
        """Whether there is room for another delivery."""

    def count_partial(self, size: int) -> None:
        """Account for bytes of half-sent messages (negative: freed). Raises AmqpError when there are too many."""


class Link:
    """A link that is attached, or was and waits for the client's detach."""

    kind = "link"
    """What the error of a forced detach calls it."""

    def __init__(self, host: LinkHost, handle: int) -> None:
        self.host = host
        self.handle = handle
        self.detached = False
        self.used_at: float | None = None
        """When something last happened on it, seconds of the event loop; None for a link that may be idle for ever."""

    def detach(self, error: AmqpError) -> None:
        """Close the link from this side; whatever the client still sends on it is ignored."""
        self.detached = True
        self.stop()
        self.host.send(Detach(self.handle, True, error_value(error)))

    def stop(self) -> None:
        """The link does nothing any more."""

    def wake(self) -> None:
        """There may be room for deliveries again."""

    def on_flow(self, flow: Flow) -> None:
        """The client has sent credit or asks for the state."""

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:  # noqa: ARG002
        """The client has sent a message or a piece of one."""
        raise AmqpError(Condition.NOT_ALLOWED, "a transfer came on a link on which the client receives")


class RefusedLink(Link):
    """A link that was never to be; it only waits for the client's detach."""

    def __init__(self, host: LinkHost, handle: int) -> None:
        super().__init__(host, handle)
        self.detached = True
