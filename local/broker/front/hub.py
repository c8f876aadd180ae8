"""What all connections share, and the turn: hand out, commit, answer.

Nothing is written to a socket at once. Within one turn of the event loop, answers collect; at its end messages are
handed out to waiting receivers, the journal commits everything in one transaction, and only then the answers leave.
So what was acknowledged is stored, and many clients share one commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from local.broker.engine.clock import Clock
from local.broker.engine.message import Message
from local.broker.engine.namespace import Namespace
from local.broker.engine.queue import MessageQueue
from local.broker.front.cbs import TokenDesk
from local.broker.front.limits import Limits
from local.broker.front.refusals import Refusals

_LOG = logging.getLogger(__name__)


class Consumer(Protocol):
    """A receiver of messages."""

    @property
    def queue(self) -> MessageQueue:
        """What it receives from."""

    @property
    def peek_lock(self) -> bool:
        """Whether it settles what it gets; else handing out removes."""

    def is_hungry(self) -> bool:
        """Whether it can be given a message now."""

    def give(self, message: Message) -> None:
        """Hand it a message."""

    def finish_drain(self) -> None:
        """Use up its credit if it asked for that; there is nothing more to give."""


class Outbox(Protocol):
    """Something with answers to write."""

    def flush(self) -> None:
        """Write them."""


class Hub:
    """Shared by all connections of a broker; lives on one event loop."""

    def __init__(
        self,
        namespace: Namespace,
        clock: Clock,
        limits: Limits,
        key: str,
        commit: Callable[[], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """`on_failure` is called if the commit fails: memory and disk then disagree and the broker must stop."""
        self.namespace = namespace
        self.limits = limits
        self.tokens = TokenDesk(key, namespace, clock)
        self.refusals = Refusals()
        self._commit = commit
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._consumers: dict[MessageQueue, deque[Consumer]] = {}
        self._draining: list[Consumer] = []
        self._outboxes: dict[Outbox, None] = {}
        self._turn_planned = False
        self._failed = False

    def plan_turn(self, outbox: Outbox | None = None) -> None:
        """Have the turn end after everything that is ready on the event loop now."""
        if outbox is not None:
            self._outboxes[outbox] = None
        if not self._turn_planned:
            self._turn_planned = True
            self._loop.call_soon(self.end_turn)

    def add_consumer(self, consumer: Consumer) -> None:
        """A receiver is there."""
        self._consumers.setdefault(consumer.queue, deque()).append(consumer)

    def remove_consumer(self, consumer: Consumer) -> None:
        """A receiver is gone; one that was not there is fine."""
        waiting = self._consumers.get(consumer.queue)
        if waiting is not None and consumer in waiting:
            waiting.remove(consumer)
            if not waiting:
                del self._consumers[consumer.queue]

    def feed(self, consumer: Consumer, *, drain: bool = False) -> None:
        """A receiver may be able to take more; with `drain` it wants its credit used up by the end of the turn."""
        self.namespace.awake.add(consumer.queue)
        if drain:
            self._draining.append(consumer)
        self.plan_turn()

    def end_turn(self) -> None:
        """Hand out, commit, answer."""
        self._turn_planned = False
        if self._failed:
            return
        while self.namespace.awake:
            self._hand_out(self.namespace.awake.pop())
        draining, self._draining = self._draining, []
        for consumer in draining:
            consumer.finish_drain()
        try:
            self._commit()
        except Exception as error:  # any failure to store must stop the broker before an answer leaves
            self._failed = True
            _LOG.critical("cannot store messages: %s; nothing is acknowledged any more and the broker stops", error)
            self._on_failure(error)
            return
        outboxes, self._outboxes = self._outboxes, {}
        for outbox in outboxes:
            outbox.flush()

    def _hand_out(self, queue: MessageQueue) -> None:
        waiting = self._consumers.get(queue)
        if not waiting:
            return
        idle = 0
        while idle < len(waiting):
            consumer = waiting[0]
            waiting.rotate(-1)
            if not consumer.is_hungry():
                idle += 1
                continue
            message = queue.take(peek_lock=consumer.peek_lock)
            if message is None:
                return
            idle = 0
            consumer.give(message)
