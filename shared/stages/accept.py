"""accept: from a request to a stored offboarding, once for each request id and one live for each customer.

Everything is stored by one conditional create under an id that follows from the request id, so a repetition finds what
the first one stored, wherever the first one died.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from shared.contracts.events import event_message
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, RequestIdReusedError
from shared.domain.identifiers import offboarding_id
from shared.domain.messages import Actor, TimelineEntry
from shared.domain.offboarding import TERMINAL, Customer, Offboarding, Reason, Stage, Status
from shared.domain.request import OffboardingRequest
from shared.ports.runtime import Change, Filter
from shared.stages.outbox import drain
from shared.stages.services import Services
from shared.stages.transition import wake_up_message

log = logging.getLogger("offboarding")
FARTHEST_START = timedelta(days=1100)
"""No commitment lasts longer than three years; a later start is a mistake that would hold the customer."""
LIVE_WITH_OTHER_OPTIONS = "live_with_other_options"


class Acceptance(StrEnum):
    """NEW: stored now. KNOWN: the same request was stored before. JOINED and REFUSED: another one is live."""

    NEW = "new"
    KNOWN = "known"
    JOINED = "joined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a request."""

    acceptance: Acceptance
    offboarding: Offboarding


def accept(request: OffboardingRequest, services: Services) -> Accepted:
    """Store the request; raises RequestIdReusedError when its id is known with another body, InvalidRequestError for a
    start that is too far away."""
    identity = offboarding_id(request.request_id)
    known = _known(request, identity, services)
    if known is not None:
        drain(services, identity)
        return known
    now = services.clock.now()
    if request.not_before is not None and request.not_before > now + FARTHEST_START:
        rule = f"must be within {FARTHEST_START.days} days"
        raise InvalidRequestError("wrong_value", "notBefore", rule, request.not_before.isoformat())
    fresh = Offboarding(identity, request, Status.RECEIVED, Stage.PLAN, now, now, attempt=1, next_attempt_at=now)
    acceptance, live = Acceptance.NEW, _live(request, services)
    if live is not None:
        fresh, acceptance = _beside(fresh, live)
    try:
        _create(fresh, services)
    except ConcurrencyConflictError:
        # The same request was stored between our look and our write: answer as for a repetition.
        return _known(request, identity, services) or accept(request, services)
    drain(services, identity)
    return Accepted(acceptance, fresh)


def _known(request: OffboardingRequest, identity: str, services: Services) -> Accepted | None:
    stored = services.store.load(identity)
    if stored is None:
        return None
    if stored.offboarding.request.fingerprint != request.fingerprint:
        raise RequestIdReusedError(request.request_id, identity)
    return Accepted(Acceptance.KNOWN, stored.offboarding)


def _live(request: OffboardingRequest, services: Services) -> Offboarding | None:
    """An identified live offboarding of the same customer. Only a quick answer: the plan stage decides for good."""
    if request.customer_id is None or request.dry_run:
        return None
    wanted = Filter(tuple(status for status in Status if status not in TERMINAL), request.customer_id)
    others = services.store.find(wanted).items
    return next((item for item in others if not item.request.dry_run and _names(request, item.customer)), None)


def _names(request: OffboardingRequest, customer: Customer | None) -> bool:
    """Whether the request plainly means the identified customer; in doubt the plan stage compares everything."""
    if customer is None or request.company_name not in (None, customer.company_name):
        return False
    return request.domain in (None, customer.domain.casefold())


def _create(offboarding: Offboarding, services: Services) -> None:
    now, request = offboarding.created_at, offboarding.request
    what = "received" if offboarding.status is Status.RECEIVED else f"state.{offboarding.status.value}"
    detail = offboarding.reason.text if offboarding.reason else f"requested by {request.requested_by}: {request.reason}"
    entry = TimelineEntry(1, now, Actor.REQUEST, offboarding.stage, what, detail)
    offboarding = replace(offboarding, timeline_length=1)
    outbox = [event_message(offboarding, (), now)]
    if offboarding.stage is not None:
        outbox.append(wake_up_message(offboarding, offboarding.stage, now, None))
    services.store.commit(Change(offboarding, None, (), (entry,), tuple(outbox)))
    log.info("%s - %s %s", offboarding.id, what, detail, extra={"offboardingId": offboarding.id})


def _beside(fresh: Offboarding, live: Offboarding) -> tuple[Offboarding, Acceptance]:
    status, reason = beside(fresh.request, live.request, live.id)
    acceptance = Acceptance.JOINED if status is Status.JOINED else Acceptance.REFUSED
    return _ended(fresh, status, reason, live.id), acceptance


def beside(request: OffboardingRequest, live: OffboardingRequest | None, live_id: str) -> tuple[Status, Reason]:
    """How a request ends whose customer has a live offboarding: it joins with the same options, else it is refused."""
    if live is not None and live.options == request.options:
        return Status.JOINED, Reason("joined", f"offboarding {live_id} is doing this already")
    text = f"offboarding {live_id} of the same customer is live with other options"
    action = "Wait for it, or join it by sending the same options with a new request id."
    return Status.REJECTED, Reason(LIVE_WITH_OTHER_OPTIONS, text, action)


def _ended(fresh: Offboarding, status: Status, reason: Reason, other: str) -> Offboarding:
    return Offboarding(
        fresh.id, fresh.request, status, None, fresh.created_at, fresh.created_at, reason=reason, other_id=other
    )
