"""Links on which the client receives."""

from __future__ import annotations

from collections import deque

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import Stamp, build
from local.broker.amqp.performatives import Flow
from local.broker.engine.message import Message
from local.broker.engine.queue import MessageQueue
from local.broker.front.addresses import Address
from local.broker.front.links.base import SERIAL_MASK, Link, LinkHost


class OutgoingLink(Link):
    """The client receives as far as it gives credit."""

    def __init__(self, host: LinkHost, handle: int) -> None:
        super().__init__(host, handle)
        self.credit = 0
        self.count = 0

    def on_flow(self, flow: Flow) -> None:
        """Take the client's credit."""
        if flow.link_credit is not None:
            seen = 0 if flow.delivery_count is None else flow.delivery_count
            credit = (seen + flow.link_credit - self.count) & SERIAL_MASK
            self.credit = credit if credit < 0x80000000 else 0
        if flow.drain:
            self.use_credit_up()
        elif flow.echo:
            self.report(drain=False)

    def use_credit_up(self) -> None:
        """The client wants what is there and then no credit to be left."""
        self.count = (self.count + self.credit) & SERIAL_MASK
        self.credit = 0
        self.report(drain=True)

    def report(self, *, drain: bool) -> None:
        """Tell the client the state of the link."""
        self.host.send_flow(handle=self.handle, delivery_count=self.count, link_credit=self.credit, drain=drain)

    def spend(self) -> None:
        """One message is on its way."""
        self.credit -= 1
        self.count = (self.count + 1) & SERIAL_MASK


class ReplyLink(OutgoingLink):
    """Carries answers of `$cbs` or a management node. `reply_to` is the client's name for its end."""

    def __init__(self, host: LinkHost, handle: int, node: Address, reply_to: str | None) -> None:
        super().__init__(host, handle)
        self.node = node
        self.reply_to = reply_to
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._tag = 0

    def reply(self, payload: bytes) -> None:
        """Send an answer, or keep it until there is credit and room. Raises AmqpError if too many bytes are kept."""
        self._waiting.append(payload)
        self._waiting_bytes += len(payload)
        self.wake()
        if self._waiting_bytes > self.host.hub.limits.max_unsent_bytes:
            raise AmqpError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many answers wait for credit on the reply link")

    def stop(self) -> None:
        """Drop the answers that wait."""
        self._waiting.clear()
        self._waiting_bytes = 0

    def wake(self) -> None:
        """Send the answers that wait, as far as there is credit and room."""
        while self._waiting and self.credit > 0 and self.host.can_deliver():
            self.spend()
            self._tag += 1
            payload = self._waiting.popleft()
            self._waiting_bytes -= len(payload)
            self.host.deliver(self.handle, payload, self._tag.to_bytes(8, "big"), settled=True, lock=None)

    def on_flow(self, flow: Flow) -> None:
        """Send the answers that were waiting for credit."""
        if flow.drain and self._waiting and flow.link_credit:
            super().on_flow(Flow(delivery_count=flow.delivery_count, link_credit=flow.link_credit))
            self.wake()
            self.use_credit_up()
            return
        super().on_flow(flow)
        self.wake()


class ConsumerLink(OutgoingLink):
    """Carries messages of a queue."""

    kind = "consumer"

    def __init__(self, host: LinkHost, handle: int, queue: MessageQueue, *, peek_lock: bool) -> None:
        super().__init__(host, handle)
        self.queue = queue
        self.peek_lock = peek_lock
        self._drain = False

    def stop(self) -> None:
        """Take no more messages. Locks that were given out live on until they run out."""
        self.host.hub.remove_consumer(self)

    def wake(self) -> None:
        """Look for messages at the end of the turn."""
        if self.credit > 0 and not self.detached:
            self.host.hub.feed(self)

    def is_hungry(self) -> bool:
        """Whether credit and room are there."""
        return self.credit > 0 and not self.detached and self.host.can_deliver()

    def give(self, message: Message) -> None:
        """Send a message. The count on the wire is of failed deliveries, so the present one does not count."""
        lock = message.lock
        self.spend()
        stamp = Stamp(
            sequence=message.sequence,
            enqueued_ms=message.enqueued_ms,
            failed_deliveries=message.deliveries - 1 if lock else message.deliveries,
            locked_until_ms=lock.until_ms if lock else None,
            lock_token=lock.token if lock else None,
        )
        payload = build(message.content, stamp)
        if lock is None:
            self.host.deliver(self.handle, payload, self.count.to_bytes(16, "big"), settled=True, lock=None)
        else:
            self.host.deliver(self.handle, payload, lock.token.bytes_le, settled=False, lock=(self.queue, lock))

    def on_flow(self, flow: Flow) -> None:
        """More credit: look for messages at the end of the turn, and drain then if asked to."""
        drain, flow.drain = bool(flow.drain), False
        super().on_flow(flow)
        self._drain = self._drain or drain
        if self.credit > 0 or drain:
            self.host.hub.feed(self, drain=drain)

    def finish_drain(self) -> None:
        """Nothing more to give: use the credit up."""
        if self._drain and not self.detached:
            self._drain = False
            self.use_credit_up()
