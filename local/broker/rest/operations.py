"""What a request does: which entity, which operation, and its answer.

https://learn.microsoft.com/rest/api/servicebus/peek-lock-message-non-destructive-read and its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import parse
from local.broker.engine.namespace import Entity
from local.broker.engine.queue import MessageQueue
from local.broker.front.hub import Hub
from local.broker.front.nodes import check_direction
from local.broker.rest.answer import ENTRY, Answer
from local.broker.rest.described import described
from local.broker.rest.request import HttpError, HttpRequest
from local.broker.rest.sent import encoded_message
from local.broker.rest.shown import message_answer
from local.broker.rest.waiter import Stored, Waiter

DEFAULT_WAIT = 60
LONGEST_WAIT = 240
"""Seconds that a receive may wait."""
_HEAD = "/messages/head"
_MESSAGES = "/messages"


class Operations:
    """The operations on messages; `root` is the address of this door."""

    def __init__(self, hub: Hub, root: str) -> None:
        self._hub = hub
        self._root = root

    async def answer(self, request: HttpRequest, is_gone: Callable[[], bool]) -> Answer:
        """Do what is asked, and store it. Raises HttpError or AmqpError; then nothing was done."""
        low = request.path.lower()
        self._admit(request, low)
        if low.endswith(_HEAD):
            self._require(request.method, "POST", "DELETE")
            return await self._receive(request, request.path[: -len(_HEAD)], is_gone)
        if low.endswith(_MESSAGES):
            self._require(request.method, "POST")
            return await self._send(request, request.path[: -len(_MESSAGES)])
        parts = request.path.rsplit("/", 3)
        if len(parts) == 4 and parts[1].lower() == "messages":
            self._require(request.method, "DELETE", "PUT", "POST")
            return await self._settle(request, parts[0], parts[2], parts[3])
        entity = self._hub.namespace.find(request.path) if request.method == "GET" else None
        if entity is not None and entity.queue is not None:
            return described(self._hub.namespace, entity)
        raise HttpError(
            HTTPStatus.NOT_FOUND,
            "There is nothing at this address; known are ENTITY/messages, ENTITY/messages/head and "
            "ENTITY/messages/ID/LOCK.",
        )

    def _admit(self, request: HttpRequest, path: str) -> None:
        token = request.header("authorization")
        refusal = (
            "MissingToken: the Authorization header is missing."
            if token is None
            else self._hub.tokens.admit(token, path)
        )
        if refusal is not None:
            raise HttpError(HTTPStatus.UNAUTHORIZED, refusal)

    async def _send(self, request: HttpRequest, path: str) -> Answer:
        entity = self._entity(path, receives=False)
        assert entity.intake is not None
        payload = encoded_message(request)
        limit = entity.max_message_bytes or self._hub.limits.max_message_bytes
        if len(payload) > limit:
            raise AmqpError(
                Condition.MESSAGE_SIZE_EXCEEDED, f"The message has {len(payload)} bytes; {limit} are allowed."
            )
        entity.intake.accept([parse(payload)])
        await Stored(self._hub).wait()
        return Answer(HTTPStatus.CREATED)

    async def _receive(self, request: HttpRequest, path: str, is_gone: Callable[[], bool]) -> Answer:
        queue = self._queue(path)
        peek_lock = request.method == "POST"
        waiter = Waiter(self._hub, queue, peek_lock=peek_lock, is_gone=is_gone)
        message = await waiter.take(_seconds(request))
        if message is None:
            return Answer(HTTPStatus.NO_CONTENT)
        if message.lock is None:
            return message_answer(message, HTTPStatus.OK, None)
        location = f"{self._root}/{path}/messages/{message.sequence}/{message.lock.token}"
        return message_answer(message, HTTPStatus.CREATED, location)

    async def _settle(self, request: HttpRequest, path: str, identity: str, lock: str) -> Answer:
        queue = self._queue(path)
        token = _lock_token(lock)
        message = queue.locked(token)
        if message is not None and identity not in (str(message.sequence), message.content.message_id):
            raise AmqpError(Condition.MESSAGE_NOT_FOUND, f"The lock {token} is not of the message {identity!r}.")
        if request.method == "DELETE":
            queue.complete(token)
        elif request.method == "PUT":
            queue.abandon(token)
        else:
            queue.renew(token)
        await Stored(self._hub).wait()
        return Answer(HTTPStatus.OK, content_type=ENTRY)

    def _entity(self, path: str, *, receives: bool) -> Entity:
        entity = self._hub.namespace.find(path)
        if entity is None:
            raise AmqpError(Condition.NOT_FOUND, f"The messaging entity {path!r} could not be found.")
        check_direction(entity, receives=receives)
        return entity

    def _queue(self, path: str) -> MessageQueue:
        queue = self._entity(path, receives=True).queue
        assert queue is not None
        return queue

    @staticmethod
    def _require(method: str, *allowed: str) -> None:
        if method not in allowed:
            known = ", ".join(allowed)
            text = f"{method} does nothing at this address; known are {known}."
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, text, allow=known)


def _seconds(request: HttpRequest) -> int:
    text = request.query.get("timeout", str(DEFAULT_WAIT))
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > LONGEST_WAIT:
        raise HttpError(HTTPStatus.BAD_REQUEST, f"timeout must be a whole number of seconds from 0 to {LONGEST_WAIT}.")
    return int(text)


def _lock_token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise AmqpError(Condition.MESSAGE_LOCK_LOST, f"{text!r} is no lock token.") from None
