"""The port between the receive loop and a broker: one attached link in peek-lock mode."""

from datetime import datetime
from typing import Protocol, TypeVar


class LockedMessage(Protocol):
    """What the loop needs to know of a message."""

    @property
    def locked_until_utc(self) -> datetime | None: ...

    @property
    def message_id(self) -> str | None: ...


class LinkDownError(Exception):
    """The broker cannot be reached or closed the link; attach again, the call may then be repeated."""


class LockLostError(Exception):
    """The message is locked no more: it has been, or will be, delivered again. Settling it is pointless."""


M = TypeVar("M", bound=LockedMessage)


class Receiver(Protocol[M]):
    """One queue's link. Calls come from one thread only. Every method may raise LinkDownError."""

    def attach(self) -> None:
        """Connects, or connects anew after LinkDownError."""

    def receive(self, max_wait: float) -> M | None:
        """The next message, locked, or None after about `max_wait` seconds."""

    def complete(self, message: M) -> None:
        """Removes the message from the queue; raises LockLostError."""

    def abandon(self, message: M) -> None:
        """Gives the message back, its delivery count raised; raises LockLostError."""

    def renew(self, message: M) -> datetime:
        """Prolongs the lock and returns its new end, UTC; raises LockLostError."""

    def close(self) -> None:
        """Detaches; buffered messages go back uncounted. Raises nothing."""
