"""accept: from a request to a stored offboarding, once for each request id and one live for each customer.

Everything is stored by one conditional create under an id that follows from the request id, so a repetition finds what
the first one stored, wherever the first one died.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.contracts.event_messages import event_message
from shared.domain.errors import ConcurrencyConflictError, RequestIdReusedError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.messages import TimelineEntry, Who
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.repetition import differences, only_who_asked
from shared.domain.offboarding.request import OffboardingRequest, check_start
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent, of_state
from shared.domain.people.actor import Actor, from_queue
from shared.pipeline.core.evidence import first_entries
from shared.pipeline.core.export import owed_export
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.wake_ups import wake_up_message
from shared.pipeline.steps.rivals import end_as_rival
from shared.ports.store import Change, Filter, Stored
from shared.ports.telemetry import NONE, Property, SpanKind, telemetry

log = logging.getLogger("offboarding")


class Acceptance(StrEnum):
    """NEW: stored now. KNOWN: the same request was stored before. JOINED and REFUSED: another one is live."""

    NEW = "new"
    KNOWN = "known"
    JOINED = "joined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a request; `etag` is that of the record when it looked like this."""

    acceptance: Acceptance
    offboarding: Offboarding
    etag: str


def accept(request: OffboardingRequest, services: Services, actor: Actor | None = None) -> Accepted:
    """Store the request of `actor`, by default of the queue.

    Raises RequestIdReusedError when its id is known with another body, InvalidRequestError for a start that is too far
    away.
    """
    identity, current = offboarding_id(request.request_id), telemetry()
    said = {Property.BUSINESS_TIME: services.clock.now().isoformat()} if current.on else NONE
    with current.span("offboarding", said, SpanKind.ROOT, about=identity) as root:
        accepted = _accept(request, identity, services, actor)
        # What was stored by somebody who died before telling is told now; else this row has the id of the first.
        repeated = {Property.REPEATED: True} if accepted.acceptance is Acceptance.KNOWN else NONE
        root.say({Property.STATUS: accepted.offboarding.status.value, **repeated})
    return accepted


def _accept(request: OffboardingRequest, identity: str, services: Services, actor: Actor | None) -> Accepted:
    known = _known(request, identity, services)
    if known is not None:
        drain(services, identity)
        return known
    now = services.clock.now()
    check_start(request.not_before, now)
    by = actor or from_queue(request.requested_by)
    fresh = Offboarding(identity, request, Status.RECEIVED, Stage.PLAN, now, now, 1, next_attempt_at=now, requester=by)
    acceptance, live = Acceptance.NEW, _live(request, services)
    if live is not None:
        fresh, acceptance = _end_as_rival(fresh, live)
    try:
        stored = _create(fresh, by, services)
    except ConcurrencyConflictError:
        # The same request was stored between our look and our write: answer as for a repetition.
        return _known(request, identity, services) or _accept(request, identity, services, actor)
    drain(services, identity)
    return Accepted(acceptance, stored.offboarding, stored.etag)


def _known(request: OffboardingRequest, identity: str, services: Services) -> Accepted | None:
    stored = services.store.load(identity)
    if stored is None:
        return None
    before = stored.offboarding.request
    if before.fingerprint != request.fingerprint and not only_who_asked(before, request):
        raise RequestIdReusedError(request.request_id, identity, differences(before, request))
    return Accepted(Acceptance.KNOWN, stored.offboarding, stored.etag)


def _live(request: OffboardingRequest, services: Services) -> Offboarding | None:
    """An identified live offboarding of the same customer. Only a quick answer: the plan stage decides for good."""
    if request.customer_id is None or request.dry_run:
        return None
    wanted = Filter(tuple(status for status in Status if status not in TERMINAL), request.customer_id)
    others = services.store.find(wanted).items
    return next((item for item in others if not item.request.dry_run and _means(request, item.customer)), None)


def _means(request: OffboardingRequest, customer: Customer | None) -> bool:
    """Whether the request plainly means the identified customer; in doubt the plan stage compares everything."""
    if customer is None or request.company_name not in (None, customer.company_name):
        return False
    return request.domain in (None, customer.domain.casefold())


def _create(offboarding: Offboarding, by: Actor, services: Services) -> Stored:
    now, request = offboarding.created_at, offboarding.request
    received = offboarding.status is Status.RECEIVED
    what = TimelineEvent.RECEIVED if received else of_state(offboarding.status, None)
    detail = offboarding.reason.text if offboarding.reason else f"requested by {request.requested_by}: {request.reason}"
    entry = TimelineEntry(1, now, Who.REQUEST, offboarding.stage, what, detail, by=by)
    offboarding, evidence = first_entries(replace(offboarding.with_event(), timeline_length=1), by, now)
    event = event_message(offboarding, (), now, services.event_source, by)
    outbox = [event, *owed_export(offboarding, services, now)]
    if offboarding.stage is not None:
        outbox.append(wake_up_message(offboarding, offboarding.stage, now, None))
    stored = services.store.commit(Change(offboarding, None, (), (entry,), tuple(outbox), evidence=evidence))
    log.info("%s - %s %s", offboarding.id, what, detail, extra={"offboardingId": offboarding.id, "event": what})
    # No marker was asked for, so none is held elsewhere.
    return stored if isinstance(stored, Stored) else Stored(offboarding, "")


def _end_as_rival(fresh: Offboarding, live: Offboarding) -> tuple[Offboarding, Acceptance]:
    status, reason = end_as_rival(fresh.request, live, live.id)
    acceptance = Acceptance.JOINED if status is Status.JOINED else Acceptance.REFUSED
    return _ended(fresh, status, reason, live.id), acceptance


def _ended(fresh: Offboarding, status: Status, reason: Reason, other: str) -> Offboarding:
    at, by = fresh.created_at, fresh.requester
    return Offboarding(fresh.id, fresh.request, status, None, at, at, reason=reason, other_id=other, requester=by)
