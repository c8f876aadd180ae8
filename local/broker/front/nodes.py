"""Nodes: what stands behind the address of an attach, and whether this client may be linked to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.performatives import Attach
from local.broker.amqp.terms import COORDINATOR_CODE, Terminus, read_terminus
from local.broker.engine.namespace import Entity
from local.broker.entities.model import Status
from local.broker.front.addresses import Address, NodeKind, parse_address
from local.broker.front.hub import Hub

_SESSION_FILTER = "com.microsoft:session-filter"


@dataclass(frozen=True, slots=True)
class Target:
    """What a client wants to be linked to. `entity` is None for `$cbs` only."""

    address: Address
    entity: Entity | None
    reply_to: str | None = None


def resolve(hub: Hub, attach: Attach, may_use: Callable[[str], bool]) -> Target:
    """Find the node of an attach and check that the client may use it. Raises AmqpError to refuse the link."""
    source, target = read_terminus(attach.source), read_terminus(attach.target)
    if target is not None and target.code == COORDINATOR_CODE:
        raise AmqpError(Condition.NOT_IMPLEMENTED, "Transactions are not supported by this broker.")
    node, other = (source, target) if attach.role else (target, source)
    if node is None or not node.address:
        raise AmqpError(Condition.INVALID_FIELD, "the link names no address on the broker's side")
    address = parse_address(node.address)
    reply_to = other.address if other is not None else None
    if address.kind is NodeKind.CBS:
        return Target(address, None, reply_to)
    entity = hub.namespace.find(address.path)
    if entity is None:
        raise AmqpError(Condition.NOT_FOUND, f"The messaging entity {node.address!r} could not be found.")
    if not may_use(address.path):
        raise AmqpError(
            Condition.UNAUTHORIZED_ACCESS, f"No token was put at $cbs for {address.path!r} on this connection."
        )
    if address.kind is NodeKind.ENTITY:
        _check_sessions(entity, node)
        check_direction(entity, receives=attach.role)
    return Target(address, entity, reply_to)


def check_direction(entity: Entity, *, receives: bool) -> None:
    """Whether one may receive from an entity, or send to it. Raises AmqpError if not."""
    if receives and entity.queue is None:
        raise AmqpError(Condition.NOT_ALLOWED, f"{entity.path} is a topic; receive from one of its subscriptions.")
    if not receives and entity.intake is None:
        raise AmqpError(Condition.NOT_ALLOWED, f"{entity.path} takes no messages; send to its topic or queue.")
    off = (Status.DISABLED, Status.RECEIVE_DISABLED if receives else Status.SEND_DISABLED)
    if entity.status in off:
        raise AmqpError(Condition.ENTITY_DISABLED, f"{entity.path} is {entity.status.value}.")


def _check_sessions(entity: Entity, node: Terminus) -> None:
    if _SESSION_FILTER in node.filter_names:
        raise AmqpError(Condition.NOT_ALLOWED, f"{entity.path} does not require sessions; this broker has none.")
