"""Answering a message that can never work: a record, a copy on the rejected queue, an event. Nothing is lost.

One request id has one outcome: a rejection under a readable request id takes that id, so that a corrected request needs
a new one. Where the id has an outcome or an offboarding already, the rejection stands beside it, under no request id.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Mapping

from shared.contracts.data_contract import unwrapped
from shared.contracts.event_messages import event_message
from shared.contracts.mistakes import all_mistakes, as_property
from shared.contracts.request import REQUEST_ID
from shared.contracts.withdrawal import is_withdrawal
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, RequestIdReusedError
from shared.domain.offboarding.identifiers import UNREADABLE, offboarding_id, rejection_id
from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import of_state
from shared.domain.people.actor import from_queue
from shared.domain.policy import Commitments
from shared.pipeline.core.evidence import first_entries
from shared.pipeline.core.export import owed_export
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.ports.store import Change

log = logging.getLogger("offboarding")
COPY_LIMIT = 128 * 1024
"""Bytes of the original body in one copy on the rejected queue; a larger body is sent in numbered parts."""

Refusal = InvalidRequestError | RequestIdReusedError


def reject_message(body: bytes, message_id: str, error: Refusal, services: Services) -> Offboarding:
    """Store the rejection once for each message, then send what it owes."""
    request_id = request_id_in(body)
    taken = None
    # A withdrawal names the id of a request that may still come, and must not take it away.
    if request_id and not isinstance(error, RequestIdReusedError) and not is_withdrawal(body):
        taken = _stored_once(offboarding_id(request_id), request_id, body, message_id, error, services)
    offboarding = taken or _stored_once(rejection_id(message_id, body), "", body, message_id, error, services)
    if offboarding is None:
        raise ConcurrencyConflictError(f"the rejection of message {message_id[:128]} was not stored")
    drain(services, offboarding.id)
    place = {"offboardingId": offboarding.id, "event": "request.rejected"}
    log.warning("%s - request rejected: %s", offboarding.id, error, extra=place)
    return offboarding


def _stored_once(
    identity: str, request_id: str, body: bytes, message_id: str, error: Refusal, services: Services
) -> Offboarding | None:
    """The rejection of this very body; None where the id belongs to something else."""
    stored = services.store.load(identity)
    if stored is None:
        try:
            return _store(identity, request_id, body, message_id, error, services)
        except ConcurrencyConflictError:
            log.info("the same request id was stored by another handler at the same moment")
            stored = services.store.load(identity)
    return stored.offboarding if stored is not None and _is_rejection_of(stored.offboarding.request, body) else None


def _is_rejection_of(request: OffboardingRequest, body: bytes) -> bool:
    """A rejection names no customer. An accepted request always does, and its fingerprint may be that of this body."""
    nameless = request.customer_id is None and request.domain is None and request.company_name is None
    return nameless and request.fingerprint == _fingerprint(body)


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _store(
    identity: str, request_id: str, body: bytes, message_id: str, error: Refusal, services: Services
) -> Offboarding:
    now = services.clock.now()
    request = _as_far_as_readable(identity, request_id, body, message_id)
    reason = Reason(error.code, str(error), error.operator_action)
    by = from_queue(request.requested_by)
    offboarding = Offboarding(
        identity, request, Status.REJECTED, None, now, now, reason=reason, timeline_length=1, requester=by
    )
    entry = TimelineEntry(1, now, Who.REQUEST, None, of_state(Status.REJECTED, None), str(error), by=by)
    copies = _copies(identity, body, message_id, error, services)
    offboarding, evidence = first_entries(offboarding.with_event(), by, now)
    event = event_message(offboarding, (), now, services.event_source, by, mistakes=all_mistakes(error))
    outbox = (*copies, event, *owed_export(offboarding, services, now))
    change = Change(offboarding, None, (), (entry,), outbox, evidence=evidence)
    services.store.commit(change)
    return offboarding


def _copies(
    identity: str, body: bytes, message_id: str, error: Refusal, services: Services
) -> tuple[OutboundMessage, ...]:
    parts = [body[start : start + COPY_LIMIT] for start in range(0, len(body), COPY_LIMIT)] or [b""]
    field = error.field if isinstance(error, InvalidRequestError) else "requestId"
    common = (
        ("code", error.code),
        ("field", field[:256]),
        ("rule", str(error)[:1024]),
        ("errors", as_property(all_mistakes(error))),
        ("offboardingId", identity),
    )
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


def _as_far_as_readable(identity: str, request_id: str, body: bytes, message_id: str) -> OffboardingRequest:
    """What of the request can be told to the sender, so that it finds the answer to its own message.

    Without `request_id` it has none: one that is used stays with the offboarding that owns it, whose events must not
    seem to end with this rejection.
    """
    fields = _fields(body)
    correlation = _text(fields, "correlationId")
    return OffboardingRequest(
        request_id=request_id or f"{UNREADABLE}{identity}",
        customer_id=None,
        domain=None,
        company_name=None,
        requested_by="unknown",
        reason="the request could not be read",
        dry_run=fields.get("dryRun") is True,
        not_before=None,
        commitments=Commitments.STOP,
        correlation_id=(correlation or request_id_in(body) or message_id or identity)[:128],
        fingerprint=_fingerprint(body),
        batch_id=_spelled_id(fields, "batchId") or None,
    )


def request_id_in(body: bytes) -> str:
    """The request id, where there is exactly one that may be used."""
    return _spelled_id(_fields(body), "requestId")


def _spelled_id(fields: Mapping[str, object], name: str) -> str:
    found = _text(fields, name)
    return found if re.fullmatch(REQUEST_ID, found) else ""


def _fields(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(unwrapped(body), object_pairs_hook=_given_once)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        value = value["data"]
    return value if isinstance(value, dict) else {}


def _given_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Without the fields that are given more than once: which one is meant cannot be known."""
    counted = Counter(name for name, _ in pairs)
    return {name: value for name, value in pairs if counted[name] == 1}


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value.isprintable() and value.isascii() else ""
