"""Messages on their way to the client of one session: numbers, frames, the client's window, and settlement."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from uuid import UUID

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.performatives import Disposition, Flow, Transfer
from local.broker.amqp.terms import OutcomeKind, read_outcome, rejected
from local.broker.engine.message import Lock
from local.broker.engine.queue import MessageQueue
from local.broker.front.links.base import SERIAL_MASK
from local.broker.front.settlement import settle

_INITIAL_ID = 1
_FRAME_OVERHEAD = 64
"""At least the bytes of a frame header and a transfer performative."""


class Deliveries:
    """Outgoing deliveries of a session. At most one message waits for the window: `has_room` says so."""

    def __init__(self, window: int, max_unsettled: int, write: Callable[[Transfer | Disposition, bytes], None]) -> None:
        self.next_outgoing_id = _INITIAL_ID
        self._window = window
        self._max_unsettled = max_unsettled
        self._write = write
        self._next_delivery = _INITIAL_ID
        self._blocked: deque[tuple[Transfer, bytes]] = deque()
        self._unsettled: dict[int, tuple[int, MessageQueue, UUID]] = {}
        """By delivery number: the handle of its link, and what it holds."""

    @property
    def has_room(self) -> bool:
        """Whether the client's window is open."""
        return self._window > 0 and not self._blocked

    def on_flow(self, flow: Flow) -> None:
        """The client has told its window; send what was waiting for it."""
        first = _INITIAL_ID if flow.next_incoming_id is None else flow.next_incoming_id
        window = (first + (flow.incoming_window or 0) - self.next_outgoing_id) & SERIAL_MASK
        self._window = window if window < 0x80000000 else 0
        self._send_blocked()

    def send(
        self,
        handle: int,
        payload: bytes,
        tag: bytes,
        *,
        settled: bool,
        lock: tuple[MessageQueue, Lock] | None,
        max_frame: int,
    ) -> None:
        """Send a message in as many frames as it takes; those beyond the client's window wait for it to open."""
        delivery = self._next_delivery
        self._next_delivery = (delivery + 1) & SERIAL_MASK
        if lock is not None:
            self._remember(delivery, handle, lock[0], lock[1].token)
        room = max_frame - _FRAME_OVERHEAD
        for start in range(0, len(payload), room):
            more = start + room < len(payload)
            body = Transfer(handle, more=more) if start else Transfer(handle, delivery, tag, 0, settled, more)
            self._blocked.append((body, payload[start : start + room]))
        self._send_blocked()

    def settle(self, asked: Disposition) -> list[int]:
        """Apply the client's disposition to every delivery it names and answer each; none is left unanswered.

        Returns the handles of the links that the deliveries came over.
        """
        last = asked.first if asked.last is None else asked.last
        try:
            outcome = read_outcome(asked.state)
        except AmqpError as error:
            self._answer(asked, asked.first, last, rejected(error))
            return []
        if outcome is None or asked.state is None or outcome.kind is OutcomeKind.RECEIVED:
            return []
        found = self._between(asked.first, last)
        handles = []
        for delivery in found:
            handle, queue, token = self._unsettled.pop(delivery)
            handles.append(handle)
            self._answer(asked, delivery, delivery, settle(queue, token, outcome, asked.state))
        if not found:
            lost = AmqpError(Condition.MESSAGE_LOCK_LOST, "The delivery is not known, or has been settled already.")
            self._answer(asked, asked.first, last, rejected(lost))
        return handles

    def forget(self, handle: int) -> None:
        """A link is gone: what came over it is settled by its lock token from now on, through the management node."""
        self._unsettled = {each: held for each, held in self._unsettled.items() if held[0] != handle}

    def _between(self, first: int, last: int) -> list[int]:
        """Deliveries that wait to be settled, from first to last. Never walks a range that a client made up."""
        span = (last - first) & SERIAL_MASK
        if span < len(self._unsettled):
            numbers = ((first + offset) & SERIAL_MASK for offset in range(span + 1))
            return [number for number in numbers if number in self._unsettled]
        return [number for number in self._unsettled if (number - first) & SERIAL_MASK <= span]

    def _answer(self, asked: Disposition, first: int, last: int, state: bytes) -> None:
        if not asked.settled:
            self._write(Disposition(False, first, last, True, state), b"")

    def _remember(self, delivery: int, handle: int, queue: MessageQueue, token: UUID) -> None:
        self._unsettled[delivery] = (handle, queue, token)
        if len(self._unsettled) > self._max_unsettled:
            self._unsettled = {each: held for each, held in self._unsettled.items() if held[1].is_locked(held[2])}

    def _send_blocked(self) -> None:
        while self._blocked and self._window > 0:
            self._write(*self._blocked.popleft())
            self._window -= 1
            self.next_outgoing_id = (self.next_outgoing_id + 1) & SERIAL_MASK
