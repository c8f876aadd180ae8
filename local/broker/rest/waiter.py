"""A receiver for one message: waits for it at the hub as an AMQP link does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from local.broker.engine.message import Message
from local.broker.engine.queue import MessageQueue
from local.broker.front.hub import Hub

_GLANCE_SECONDS = 1.0
"""How often a receiver that waits is looked after."""


class Waiter:
    """Takes one message, or none. What it took is stored as taken before `take` returns."""

    def __init__(self, hub: Hub, queue: MessageQueue, *, peek_lock: bool, is_gone: Callable[[], bool]) -> None:
        """`is_gone` tells whether the client has left: then nothing is handed out to it any more."""
        self.queue = queue
        self.peek_lock = peek_lock
        self._hub = hub
        self._is_gone = is_gone
        self._message: Message | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def take(self, seconds: float) -> Message | None:
        """Wait so long, or until the client has left; 0 looks whether something is there now."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        self._hub.add_consumer(self)
        try:
            self._hub.feed(self, drain=seconds <= 0)
            while not self._ended.done() and (seconds <= 0 or loop.time() < ends) and not self._is_gone():
                left = ends - loop.time() if seconds > 0 else _GLANCE_SECONDS
                await asyncio.wait([self._ended], timeout=min(left, _GLANCE_SECONDS))
        finally:
            self._hub.remove_consumer(self)
        return self._message

    # What the hub asks of a receiver

    def is_hungry(self) -> bool:
        """Whether it still waits."""
        return self._message is None and not self._ended.done() and not self._is_gone()

    def give(self, message: Message) -> None:
        """The message; the end of the turn, after the commit, lets it go out."""
        self._message = message
        self._hub.plan_turn(self)

    def finish_drain(self) -> None:
        """There is nothing now."""
        if self._message is None:
            self.flush()

    def flush(self) -> None:
        """It is stored that the message was taken."""
        if not self._ended.done():
            self._ended.set_result(None)


class Stored:
    """Waits for the end of the turn: what was done before is durable then."""

    def __init__(self, hub: Hub) -> None:
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        hub.plan_turn(self)

    async def wait(self) -> None:
        """Return after the commit; never if storing failed, because the broker stops then."""
        await self._ended

    def flush(self) -> None:
        """The turn has ended well."""
        if not self._ended.done():
            self._ended.set_result(None)
