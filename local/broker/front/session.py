"""A session: its windows, and its links by handle."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.frames import encode_frame
from local.broker.amqp.performatives import Attach, Begin, Detach, Disposition, End, Flow, Performative, Transfer
from local.broker.amqp.terms import error_value
from local.broker.engine.message import Lock
from local.broker.engine.queue import MessageQueue
from local.broker.front.addresses import NodeKind
from local.broker.front.attaching import Attacher
from local.broker.front.cbs import Grant
from local.broker.front.deliveries import Deliveries
from local.broker.front.hub import Hub
from local.broker.front.links.base import SERIAL_MASK, Link, RefusedLink
from local.broker.front.links.incoming import IncomingLink
from local.broker.front.nodes import resolve

WINDOW = 65_536


class SessionHost(Protocol):
    """What a session needs of its connection."""

    hub: Hub
    remote_max_frame: int
    links: int

    def write(self, data: bytes) -> None:
        """Send bytes at the end of the turn."""

    def is_writable(self) -> bool:
        """Whether the client reads what it is sent."""

    def may_use(self, path: str) -> bool:
        """Whether a token was put for an entity."""

    def grant(self, grant: Grant) -> None:
        """A token was put."""

    def count_partial(self, size: int) -> None:
        """Account for bytes of half-sent messages. Raises AmqpError when there are too many."""


class Session:
    """One session of one connection, on the same channel in both directions."""

    def __init__(self, connection: SessionHost, channel: int, begin: Begin) -> None:
        self.hub = connection.hub
        self._connection = connection
        self._channel = channel
        self._links: dict[int, Link] = {}
        self._attacher = Attacher(self, self._links.values, connection.grant)
        self._deliveries = Deliveries(begin.incoming_window or 0, self.hub.limits.max_unsettled, self.send)
        self._next_incoming = begin.next_outgoing_id or 0
        self._received = 0
        handle_max = self.hub.limits.max_links - 1
        self.send(Begin(channel, self._deliveries.next_outgoing_id, WINDOW, WINDOW, handle_max))

    def handle(self, body: Performative, payload: bytes) -> None:
        """Act on a frame of this session. Raises AmqpError for what breaks the protocol."""
        if isinstance(body, Transfer):
            self._on_transfer(body, payload)
        elif isinstance(body, Disposition):
            if body.role:
                for handle in self._deliveries.settle(body):
                    self._touch(handle)
        elif isinstance(body, Flow):
            self._on_flow(body)
        elif isinstance(body, Attach):
            self._on_attach(body)
        elif isinstance(body, Detach):
            self._on_detach(body)
        else:
            raise AmqpError(Condition.NOT_ALLOWED, f"unexpected {type(body).__name__} in a session")

    def end(self) -> None:
        """Answer the client's end."""
        self.stop()
        self.send(End())

    def stop(self) -> None:
        """End all links. Locks that were given out live on until they run out."""
        for link in self._links.values():
            link.stop()
        self._connection.links -= len(self._links)
        self._links.clear()

    def tick(self, now: float) -> None:
        """Detach links on which nothing has happened for too long; a lock that came over one stays what it is."""
        limit = self.hub.limits.idle_link_seconds
        for link in self._links.values():
            if not link.detached and link.used_at is not None and now - link.used_at >= limit:
                link.detach(_idle(link, limit))
                self._deliveries.forget(link.handle)

    def wake(self) -> None:
        """There may be room for deliveries again."""
        for link in self._links.values():
            link.wake()

    def send(self, body: Performative, payload: bytes = b"") -> None:
        """Send a frame."""
        self._connection.write(encode_frame(self._channel, body, payload))

    def send_flow(self, **fields: int | bool | None) -> None:
        """Send a flow with the windows of the session and the given fields of a link."""
        self._received = 0
        flow = Flow(self._next_incoming, WINDOW, self._deliveries.next_outgoing_id, WINDOW)
        for name, value in fields.items():
            setattr(flow, name, value)
        self.send(flow)

    def can_deliver(self) -> bool:
        """Whether the client has room in its window and reads."""
        return self._deliveries.has_room and self._connection.is_writable()

    def deliver(
        self, handle: int, payload: bytes, tag: bytes, *, settled: bool, lock: tuple[MessageQueue, Lock] | None
    ) -> None:
        """Send a message; with a lock, remember the delivery until it is settled."""
        self._touch(handle)
        max_frame = self._connection.remote_max_frame
        self._deliveries.send(handle, payload, tag, settled=settled, lock=lock, max_frame=max_frame)

    def count_partial(self, size: int) -> None:
        """Account for bytes of half-sent messages. Raises AmqpError when there are too many."""
        self._connection.count_partial(size)

    def _on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming = (self._next_incoming + 1) & SERIAL_MASK
        self._received += 1
        link = self._link(transfer.handle)
        if not link.detached:
            self._touch(transfer.handle)
            link.on_transfer(transfer, payload)
        if self._received >= WINDOW // 4:
            self.send_flow()

    def _on_flow(self, flow: Flow) -> None:
        self._deliveries.on_flow(flow)
        if flow.handle is not None:
            link = self._link(flow.handle)
            if not link.detached:
                self._touch(flow.handle)
                link.on_flow(flow)
        elif flow.echo:
            self.send_flow()
        self.wake()

    def _on_attach(self, attach: Attach) -> None:
        limit = self.hub.limits.max_links
        if attach.handle in self._links:
            raise AmqpError(Condition.HANDLE_IN_USE, f"handle {attach.handle} is attached already")
        if self._connection.links >= limit or attach.handle >= limit:
            raise AmqpError(Condition.RESOURCE_LIMIT_EXCEEDED, f"a connection can have {limit} links")
        self._connection.links += 1
        self._links[attach.handle] = RefusedLink(self, attach.handle)
        try:
            target = resolve(self.hub, attach, self._connection.may_use)
        except AmqpError as error:
            self.hub.refusals.note("link", error.description)
            self.send(Attach(attach.name, attach.handle, not attach.role))
            self.send(Detach(attach.handle, True, error_value(error)))
            return
        link, reply = self._attacher.make(attach, target)
        if target.address.kind is NodeKind.ENTITY:
            link.used_at = _now()
        self._links[attach.handle] = link
        self.send(reply)
        if isinstance(link, IncomingLink):
            link.grant()

    def _on_detach(self, detach: Detach) -> None:
        link = self._link(detach.handle)
        del self._links[detach.handle]
        self._connection.links -= 1
        link.stop()
        self._deliveries.forget(detach.handle)
        if not link.detached:
            self.send(Detach(detach.handle, bool(detach.closed)))

    def _touch(self, handle: int) -> None:
        link = self._links.get(handle)
        if link is not None and link.used_at is not None:
            link.used_at = _now()

    def _link(self, handle: int) -> Link:
        link = self._links.get(handle)
        if link is None:
            raise AmqpError(Condition.UNATTACHED_HANDLE, f"handle {handle} is not attached")
        return link


def _now() -> float:
    return asyncio.get_running_loop().time()


def _idle(link: Link, limit: float) -> AmqpError:
    """In the words of Service Bus: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot"""
    detail = f"AmqpMessage{link.kind.title()}.IdleTimerExpired: Idle timeout: {timedelta(seconds=limit)}"
    text = f"The link is force detached. Code: {link.kind}(link{link.handle}). Details: {detail}."
    return AmqpError(Condition.DETACH_FORCED, text)
