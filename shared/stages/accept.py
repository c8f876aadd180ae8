"""accept: from a request to a stored offboarding, once for each request id and one live for each customer.

Everything is stored by one conditional create under an id that follows from the request id, so a repetition finds what
the first one stored, wherever the first one died.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.contracts.events import event_message
from shared.domain.errors import ConcurrencyConflictError, RequestIdReusedError
from shared.domain.identifiers import offboarding_id
from shared.domain.messages import Actor, TimelineEntry
from shared.domain.offboarding import Offboarding, Reason, Stage, Status
from shared.domain.request import OffboardingRequest
from shared.ports.runtime import Change, Live, LiveElsewhere
from shared.stages.outbox import drain
from shared.stages.services import Services
from shared.stages.transition import wake_up_message

log = logging.getLogger("offboarding")
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
    """Store the request; raises RequestIdReusedError when its id is known with another body."""
    identity = offboarding_id(request.request_id)
    known = _known(request, identity, services)
    if known is not None:
        drain(services, identity)
        return known
    now = services.clock.now()
    fresh = Offboarding(identity, request, Status.RECEIVED, Stage.PLAN, now, now, attempt=1, next_attempt_at=now)
    takes_marker = request.customer_id is not None and not request.dry_run
    try:
        held = _create(fresh, services, Live.TAKE if takes_marker else Live.KEEP)
        acceptance = Acceptance.NEW
        if held is not None:
            fresh, acceptance = _beside(fresh, held, services)
            _create(fresh, services, Live.KEEP)
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


def _create(offboarding: Offboarding, services: Services, live: Live) -> LiveElsewhere | None:
    now, request = offboarding.created_at, offboarding.request
    what = "received" if offboarding.status is Status.RECEIVED else f"state.{offboarding.status.value}"
    detail = offboarding.reason.text if offboarding.reason else f"requested by {request.requested_by}: {request.reason}"
    entry = TimelineEntry(1, now, Actor.REQUEST, offboarding.stage, what, detail)
    offboarding = _with_length(offboarding, 1)
    outbox = [event_message(offboarding, (), now)]
    if offboarding.stage is not None:
        outbox.append(wake_up_message(offboarding, offboarding.stage, now, None))
    result = services.store.commit(Change(offboarding, None, (), (entry,), tuple(outbox), live))
    if isinstance(result, LiveElsewhere):
        return result
    log.info("%s - %s %s", offboarding.id, what, detail, extra={"offboardingId": offboarding.id})
    return None


def _beside(fresh: Offboarding, held: LiveElsewhere, services: Services) -> tuple[Offboarding, Acceptance]:
    """The customer has a live offboarding: join it with the same options, otherwise be refused."""
    other = services.store.load(held.offboarding_id)
    if other is not None and other.offboarding.request.options == fresh.request.options:
        reason = Reason("joined", f"offboarding {held.offboarding_id} is doing this already")
        return _ended(fresh, Status.JOINED, reason, held.offboarding_id), Acceptance.JOINED
    text = f"offboarding {held.offboarding_id} of the same customer is live with other options"
    reason = Reason(LIVE_WITH_OTHER_OPTIONS, text, "Wait for it, or send the same options to join it.")
    return _ended(fresh, Status.REJECTED, reason, held.offboarding_id), Acceptance.REFUSED


def _ended(fresh: Offboarding, status: Status, reason: Reason, other: str) -> Offboarding:
    return Offboarding(
        fresh.id, fresh.request, status, None, fresh.created_at, fresh.created_at, reason=reason, other_id=other
    )


def _with_length(offboarding: Offboarding, length: int) -> Offboarding:
    return replace(offboarding, timeline_length=length)
