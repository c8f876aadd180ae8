"""Answers over HTTP: status, headers, body, and the error document of Service Bus."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4
from xml.sax.saxutils import escape

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.rest.request import HttpError
from local.http_shell import message as wire

ENTRY = "application/atom+xml;type=entry;charset=utf-8"
"""What Service Bus calls the content of every answer that has no better name."""
_STATUS = {
    Condition.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Condition.MESSAGE_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Condition.MESSAGE_LOCK_LOST: HTTPStatus.GONE,
    Condition.MESSAGE_SIZE_EXCEEDED: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Condition.RESOURCE_LIMIT_EXCEEDED: HTTPStatus.FORBIDDEN,
    Condition.ENTITY_DISABLED: HTTPStatus.FORBIDDEN,
    Condition.UNAUTHORIZED_ACCESS: HTTPStatus.UNAUTHORIZED,
    Condition.NOT_IMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    Condition.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Everything else is a bad request. Lock and entity: as the service's own management node numbers them; its REST pages
say 404 and 410 the other way round, so a client should treat the two alike."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. Header values are one line of ASCII."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = ENTRY


def error_answer(error: AmqpError | HttpError | wire.RefusedError) -> Answer:
    """The document that tells a client what was wrong."""
    if not isinstance(error, AmqpError):
        status, detail = error.status, error.detail
    else:
        status, detail = _STATUS.get(error.condition, HTTPStatus.BAD_REQUEST), error.description
    shown = "".join(each if each.isprintable() else "?" for each in detail)
    text = f"<Error><Code>{status.value}</Code><Detail>{escape(shown)} TrackingId:{uuid4()}</Detail></Error>"
    headers = [("WWW-Authenticate", "SharedAccessSignature")] if status is HTTPStatus.UNAUTHORIZED else []
    if isinstance(error, HttpError) and error.allow:
        headers.append(("Allow", error.allow))
    return Answer(status, tuple(headers), text.encode(errors="replace"), "application/xml; charset=utf-8")


def sendable(answer: Answer) -> wire.Answer:
    """The answer as the HTTP server takes it."""
    has_body = answer.status is not HTTPStatus.NO_CONTENT
    content_type = (("Content-Type", answer.content_type),) if has_body else ()
    return wire.Answer(answer.status, answer.headers + content_type, answer.body)
