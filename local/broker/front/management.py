"""`entity/$management`: locks, schedules, peeking and settling by request.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response lists the operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.types import Array, ArrayOf
from local.broker.engine.intake import Intake
from local.broker.engine.message import Message, Place
from local.broker.engine.namespace import Entity
from local.broker.engine.queue import MessageQueue
from local.broker.entities.model import Status
from local.broker.front.limits import Limits
from local.broker.front.requests import Reply, Request
from local.broker.front.settlement import DESCRIPTION, REASON

_STATUS = {
    Condition.MESSAGE_LOCK_LOST: 410,
    Condition.MESSAGE_NOT_FOUND: 404,
    Condition.NOT_IMPLEMENTED: 501,
    Condition.RESOURCE_LIMIT_EXCEEDED: 403,
    Condition.ENTITY_DISABLED: 403,
    Condition.INTERNAL_ERROR: 500,
}
_PREFIX = "com.microsoft:"
_STATE = {Place.ACTIVE: 0, Place.SCHEDULED: 2, Place.DEAD_LETTERED: 0}
MAX_PEEKED = 1_000


@dataclass(frozen=True, slots=True)
class Management:
    """Carries out the requests to one entity's management node."""

    entity: Entity
    limits: Limits

    def answer(self, request: Request) -> Reply:
        """Do what is asked. Never raises: what cannot be done is answered with a status and a condition."""
        operation = str(request.properties.get("operation"))
        handler = _OPERATIONS.get(operation.removeprefix(_PREFIX))
        try:
            if handler is None:
                raise AmqpError(Condition.NOT_IMPLEMENTED, f"{operation} is not supported by this broker.")
            if not isinstance(request.body, dict):
                raise _bad("the request's value must be a map")
            return handler(self, request.body)
        except AmqpError as error:
            return Reply(_STATUS.get(error.condition, 400), error.description, error.condition)

    def renew_lock(self, body: dict[Any, Any]) -> Reply:
        """Extend locks; all of them or none."""
        queue, tokens = self._queue(), _tokens(body)
        self._require_locks(queue, tokens)
        ends = tuple(queue.renew(token) for token in tokens)
        return Reply(200, "OK", body={"expirations": Array(ArrayOf.TIMESTAMP, ends)})

    def peek_message(self, body: dict[Any, Any]) -> Reply:
        """Show messages without taking them, scheduled ones included, in the order of their sequence numbers."""
        first, count = _number(body, "from-sequence-number"), _number(body, "message-count")
        count = max(0, min(count, MAX_PEEKED))
        found: list[Message] = [] if self.entity.queue is None else self.entity.queue.peek(first, count)
        if self.entity.intake is not None:
            found += [each for each in self.entity.intake.scheduled.values() if each.sequence >= first]
        found.sort(key=lambda message: message.sequence)
        shown: list[dict[str, bytes]] = []
        size = 0
        for message in found[:count]:
            encoded = _show(message)
            size += len(encoded)
            if shown and size > self.limits.max_request_bytes:
                break
            shown.append({"message": encoded})
        return Reply(200, "OK", body={"messages": shown}) if shown else Reply(204, "No content")

    def schedule_message(self, body: dict[Any, Any]) -> Reply:
        """Store messages for later."""
        contents, items = [], body.get("messages")
        if not isinstance(items, list) or not items:
            raise _bad("'messages' must be a list of messages")
        for item in items:
            payload = item.get("message") if isinstance(item, dict) else None
            if not isinstance(payload, bytes):
                raise _bad("each of 'messages' must be a map with a binary 'message'")
            limit = self.entity.max_message_bytes or self.limits.max_message_bytes
            if len(payload) > limit:
                raise AmqpError(
                    Condition.MESSAGE_SIZE_EXCEEDED, f"The message has {len(payload)} bytes; {limit} are allowed."
                )
            contents.append(wire.parse(payload))
        numbers = self._intake().schedule(contents)
        return Reply(200, "OK", body={"sequence-numbers": Array(ArrayOf.LONG, tuple(numbers))})

    def cancel_scheduled_message(self, body: dict[Any, Any]) -> Reply:
        """Take scheduled messages back."""
        numbers = body.get("sequence-numbers")
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise _bad("'sequence-numbers' must be an array of longs")
        self._intake().cancel(numbers)
        return Reply(200, "OK")

    def update_disposition(self, body: dict[Any, Any]) -> Reply:
        """Settle messages by their lock tokens, all of them or none; the way after the receiving link is gone."""
        queue, tokens, status = self._queue(), _tokens(body), body.get("disposition-status")
        if status not in ("completed", "abandoned", "suspended"):
            known = "completed, abandoned and suspended (dead-lettered) are"
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"Disposition {status!r} is not supported; {known}.")
        self._require_locks(queue, tokens)
        changes = _changes(body)
        for token in tokens:
            if status == "completed":
                queue.complete(token)
            elif status == "abandoned":
                queue.abandon(token, changes)
            else:
                queue.dead_letter(token, changes)
        return Reply(200, "OK")

    def _queue(self) -> MessageQueue:
        if self.entity.queue is None:
            raise AmqpError(Condition.NOT_ALLOWED, f"{self.entity.path} is a topic; receive from a subscription.")
        return self.entity.queue

    def _intake(self) -> Intake:
        if self.entity.intake is None:
            raise AmqpError(Condition.NOT_ALLOWED, f"{self.entity.path} takes no messages.")
        if self.entity.status in (Status.DISABLED, Status.SEND_DISABLED):
            raise AmqpError(Condition.ENTITY_DISABLED, f"{self.entity.path} is {self.entity.status.value}.")
        return self.entity.intake

    @staticmethod
    def _require_locks(queue: MessageQueue, tokens: list[UUID]) -> None:
        for token in tokens:
            if not queue.is_locked(token):
                raise AmqpError(Condition.MESSAGE_LOCK_LOST, f"The lock {token} is gone.")


_OPERATIONS: dict[str, Callable[[Management, dict[Any, Any]], Reply]] = {
    "renew-lock": Management.renew_lock,
    "peek-message": Management.peek_message,
    "schedule-message": Management.schedule_message,
    "cancel-scheduled-message": Management.cancel_scheduled_message,
    "update-disposition": Management.update_disposition,
}


def _bad(description: str) -> AmqpError:
    return AmqpError(Condition.ARGUMENT_ERROR, description)


def _number(body: dict[Any, Any], name: str) -> int:
    value = body.get(name)
    if type(value) is not int:
        raise _bad(f"'{name}' must be a number")
    return value


def _tokens(body: dict[Any, Any]) -> list[UUID]:
    tokens = body.get("lock-tokens")
    if not isinstance(tokens, list) or not tokens or not all(isinstance(token, UUID) for token in tokens):
        raise _bad("'lock-tokens' must be an array of uuids")
    if len(set(tokens)) != len(tokens):
        raise _bad("'lock-tokens' names a token twice")
    return tokens


def _changes(body: dict[Any, Any]) -> dict[str, bytes]:
    changes: dict[str, bytes] = {}
    given = body.get("properties-to-modify")
    if isinstance(given, dict):
        try:
            changes = {str(name): put.encode(value) for name, value in given.items()}
        except TypeError as error:
            raise _bad(f"'properties-to-modify': {error}") from None
    for key, name in (("deadletter-reason", REASON), ("deadletter-description", DESCRIPTION)):
        if isinstance(body.get(key), str):
            changes[name] = put.string(body[key])
    return changes


def _show(message: Message) -> bytes:
    stamp = wire.Stamp(
        sequence=message.sequence,
        enqueued_ms=message.enqueued_ms,
        failed_deliveries=message.deliveries if message.lock is None else message.deliveries - 1,
        state=_STATE[message.place],
        locked_until_ms=None if message.lock is None else message.lock.until_ms,
    )
    return wire.build(message.content, stamp, peeked=True)
