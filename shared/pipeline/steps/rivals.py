"""Two offboardings of one customer: the later one joins the live one, or is refused."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Status
from shared.pipeline.core.outcome import Finish
from shared.pipeline.core.session import Session
from shared.ports.store import LiveElsewhere


def end_as_rival(request: OffboardingRequest, live: Offboarding | None, live_id: str) -> tuple[Status, Reason]:
    """How a request ends whose customer has a live offboarding: it joins with the same options, else it is refused.
    Nothing joins one that was called off: it would never be done."""
    if live is not None and live.withdrawal is not None:
        text = f"offboarding {live_id} of the same customer was withdrawn, and is being put back"
        action = "Wait until it is withdrawn, then send the request with a new request id."
        return Status.REJECTED, Reason(ReasonCode.LIVE_WITH_OTHER_OPTIONS, text, action)
    if live is not None and live.request.options == request.options:
        text = f"offboarding {live_id} is doing this already"
        return Status.JOINED, Reason(ReasonCode.JOINED, text, REASONS[ReasonCode.JOINED].action)
    text = f"offboarding {live_id} of the same customer is live with other options"
    action = "Wait for it, or join it by sending the same options with a new request id."
    return Status.REJECTED, Reason(ReasonCode.LIVE_WITH_OTHER_OPTIONS, text, action)


def join_or_reject(session: Session, held: LiveElsewhere) -> Finish:
    """The customer has a live offboarding: the same options join it, other options are refused."""
    other = session.services.store.load(held.offboarding_id)
    mine = session.offboarding
    session.offboarding = replace(mine, other_id=held.offboarding_id)
    live = other.offboarding if other is not None else None
    return Finish(*end_as_rival(mine.request, live, held.offboarding_id))
