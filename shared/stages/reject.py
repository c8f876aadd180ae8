"""Answering a message that can never work: a record, a copy on the rejected queue, an event. Nothing is lost."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping

from shared.contracts.events import event_message
from shared.contracts.request import REQUEST_ID
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, RequestIdReusedError
from shared.domain.identifiers import rejection_id
from shared.domain.messages import Actor, Destination, OutboundMessage, TimelineEntry
from shared.domain.offboarding import Offboarding, Reason, Status
from shared.domain.policy import Commitments
from shared.domain.request import OffboardingRequest
from shared.ports.runtime import Change
from shared.stages.outbox import drain
from shared.stages.services import Services

log = logging.getLogger("offboarding")
COPY_LIMIT = 128 * 1024
"""Bytes of the original body in one copy on the rejected queue; a larger body is sent in numbered parts."""

Refusal = InvalidRequestError | RequestIdReusedError


def reject_message(body: bytes, message_id: str, error: Refusal, services: Services) -> Offboarding:
    """Store the rejection once for each message, then send what it owes."""
    identity = rejection_id(message_id, body)
    stored = services.store.load(identity)
    offboarding = stored.offboarding if stored else _store(identity, body, message_id, error, services)
    drain(services, identity)
    log.warning("%s - request rejected: %s", identity, error, extra={"offboardingId": identity})
    return offboarding


def _store(identity: str, body: bytes, message_id: str, error: Refusal, services: Services) -> Offboarding:
    now = services.clock.now()
    request = _as_far_as_readable(identity, body, message_id, error)
    reason = Reason(error.code, str(error), error.operator_action)
    offboarding = Offboarding(identity, request, Status.REJECTED, None, now, now, reason=reason, timeline_length=1)
    entry = TimelineEntry(1, now, Actor.REQUEST, None, "state.rejected", str(error))
    copies = _copies(identity, body, message_id, error, services)
    change = Change(offboarding, None, (), (entry,), (*copies, event_message(offboarding, (), now)))
    try:
        services.store.commit(change)
    except ConcurrencyConflictError:
        log.info("the same message was rejected by another handler at the same moment")
    return offboarding


def _copies(
    identity: str, body: bytes, message_id: str, error: Refusal, services: Services
) -> tuple[OutboundMessage, ...]:
    parts = [body[start : start + COPY_LIMIT] for start in range(0, len(body), COPY_LIMIT)] or [b""]
    field = error.field if isinstance(error, InvalidRequestError) else "requestId"
    common = (("code", error.code), ("field", field[:256]), ("rule", str(error)[:1024]), ("offboardingId", identity))
    return tuple(
        OutboundMessage(
            id=f"{identity}:{number}",
            destination=Destination.REJECTED,
            body=part,
            created_at=services.clock.now(),
            subject=error.code,
            content_type="application/octet-stream",
            correlation_id=message_id[:128],
            properties=(*common, ("part", str(number)), ("parts", str(len(parts)))),
        )
        for number, part in enumerate(parts, start=1)
    )


def _as_far_as_readable(identity: str, body: bytes, message_id: str, error: Refusal) -> OffboardingRequest:
    """What of the request can be told to the sender, so that it finds the answer to its own message.

    A reused request id stays with the offboarding that owns it: its events must not seem to end with this rejection.
    """
    fields = _fields(body)
    request_id, correlation = _text(fields, "requestId"), _text(fields, "correlationId")
    readable = re.fullmatch(REQUEST_ID, request_id) is not None
    mine = readable and not isinstance(error, RequestIdReusedError)
    return OffboardingRequest(
        request_id=request_id if mine else f"unreadable:{identity}",
        customer_id=None,
        domain=None,
        company_name=None,
        requested_by="unknown",
        reason="the request could not be read",
        dry_run=fields.get("dryRun") is True,
        not_before=None,
        commitments=Commitments.STOP,
        correlation_id=(correlation or (request_id if readable else "") or message_id or identity)[:128],
        fingerprint=hashlib.sha256(body).hexdigest(),
    )


def _fields(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        value = value["data"]
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value.isprintable() and value.isascii() else ""
