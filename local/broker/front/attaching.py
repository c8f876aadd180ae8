"""What a link does once its client may have it: entity, `$cbs` or `$management`, in one direction or the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from local.broker.amqp import encode as put
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import parse, unpack_batch
from local.broker.amqp.performatives import Attach
from local.broker.amqp.terms import SOURCE_CODE, TARGET_CODE
from local.broker.engine.namespace import Entity
from local.broker.front.addresses import NodeKind
from local.broker.front.cbs import Grant
from local.broker.front.hub import Hub
from local.broker.front.limits import Limits
from local.broker.front.links.base import Link, LinkHost
from local.broker.front.links.incoming import Acceptor, IncomingLink
from local.broker.front.links.outgoing import ConsumerLink, ReplyLink
from local.broker.front.management import Management
from local.broker.front.nodes import Target
from local.broker.front.requests import Request, build_cbs_reply, build_management_reply, parse_request

BATCH_FORMAT = 0x80013700
_SETTLED = 1


class Attacher:
    """Makes the links of one session."""

    def __init__(self, host: LinkHost, links: Callable[[], Iterable[Link]], grant: Callable[[Grant], None]) -> None:
        """`links` gives the session's links, for finding the way back; `grant` is told of good tokens."""
        self._host = host
        self._links = links
        self._grant = grant

    def make(self, attach: Attach, target: Target) -> tuple[Link, Attach]:
        """The link and the answer to the attach. Source and target are echoed byte for byte, and never empty."""
        hub = self._host.hub
        reply = Attach(
            attach.name,
            attach.handle,
            not attach.role,
            attach.snd_settle_mode,
            attach.rcv_settle_mode,
            source=attach.source or put.described(SOURCE_CODE, put.list_of([put.string(attach.name)])),
            target=attach.target or put.described(TARGET_CODE, put.list_of([put.string(attach.name)])),
            properties={},
        )
        if attach.role:
            reply.initial_delivery_count = 0
            return self._outgoing(attach, target), reply
        reply.max_message_size = _max_bytes(target, hub.limits)
        accept = self._acceptor(target)
        first = attach.initial_delivery_count or 0
        return IncomingLink(self._host, attach.handle, first, reply.max_message_size, accept), reply

    def _outgoing(self, attach: Attach, target: Target) -> Link:
        if target.address.kind is not NodeKind.ENTITY:
            return ReplyLink(self._host, attach.handle, target.address, target.reply_to)
        assert target.entity is not None
        assert target.entity.queue is not None
        link = ConsumerLink(
            self._host, attach.handle, target.entity.queue, peek_lock=attach.snd_settle_mode != _SETTLED
        )
        self._host.hub.add_consumer(link)
        return link

    def _acceptor(self, target: Target) -> Acceptor:
        if target.address.kind is NodeKind.ENTITY:
            assert target.entity is not None
            return _entity_acceptor(target.entity)

        def accept(payload: bytes, _format: int) -> Callable[[], None]:
            request = parse_request(payload)
            way_back = self._way_back(target, request)
            return lambda: way_back.reply(self._answer(target, request))

        return accept

    def _answer(self, target: Target, request: Request) -> bytes:
        hub: Hub = self._host.hub
        if target.entity is not None:
            management = Management(target.entity, hub.limits)
            return build_management_reply(request, management.answer(request))
        reply, grant = hub.tokens.put_token(request)
        if grant is not None:
            self._grant(grant)
        else:
            hub.refusals.note(f"token for {request.properties.get('name')}", f"{reply.status} {reply.description}")
        return build_cbs_reply(request, reply)

    def _way_back(self, target: Target, request: Request) -> ReplyLink:
        """The reply link of the same node; among several, the one whose client end is called as `reply-to` says."""
        links = [
            link
            for link in self._links()
            if isinstance(link, ReplyLink) and link.node == target.address and not link.detached
        ]
        links.sort(key=lambda link: link.reply_to == request.reply_to, reverse=True)
        if not links:
            raise AmqpError(
                Condition.PRECONDITION_FAILED, "no receiving link for the answer is attached in the session"
            )
        return links[0]


def _max_bytes(target: Target, limits: Limits) -> int:
    if target.address.kind is not NodeKind.ENTITY or target.entity is None:
        return limits.max_request_bytes
    return target.entity.max_message_bytes or limits.max_message_bytes


def _entity_acceptor(entity: Entity) -> Acceptor:
    intake = entity.intake
    assert intake is not None

    def accept(payload: bytes, message_format: int) -> None:
        if message_format == BATCH_FORMAT:
            intake.accept(unpack_batch(payload))
        elif message_format == 0:
            intake.accept([parse(payload)])
        else:
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"message format 0x{message_format:08x} is not supported")

    return accept
