"""The port of the message bus: queues, the event topic, and what was given up on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.states import Stage


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, with the reason of the queue ("" when it gave none).

    `readable`: the body is plain data, as it was sent; else it is a copy of what can be kept of another AMQP body.
    """

    body: bytes
    readable: bool = True
    message_id: str = ""
    reason: str = ""
    description: str = ""


COUNTED_AT_MOST = 100
"""Letters of one queue that are counted; there may be more."""


class Bus(Protocol):
    """Queues and the event topic."""

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Send in order, each to the entity of its destination, at its `scheduled_at` where it has one.

        Raises UnavailableError when one was not acknowledged: some may have been sent. Sending an id twice is harmless.
        """

    def dead_letters(self, stage: Stage | None, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        """Hand over what was given up on a stage's queue (None: on the request queue), each letter once in a call.

        `handle` must not raise. True removes the letter; False leaves it for a later call and holds up no other. At
        least once: a letter whose removal failed comes again. Handles at most `limit`, returns how many were removed;
        raises UnavailableError when the queue cannot be read.
        """

    def count_dead_letters(self) -> Mapping[str, int]:
        """How many letters lie on the dead-letter queue of each queue by its name, up to COUNTED_AT_MOST; takes none
        away and locks none. Raises UnavailableError when a queue cannot be read."""
