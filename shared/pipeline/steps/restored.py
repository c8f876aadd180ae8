"""What was put back from a snapshot does nothing before a person says so: a withdrawal may be among what was lost."""

from __future__ import annotations

from shared.domain.codes import ReasonCode
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.record import Restored
from shared.domain.wording import stamp_to_the_second
from shared.pipeline.core.outcome import Attention
from shared.pipeline.core.session import Session
from shared.ports.store import Live, LiveElsewhere

WHAT_TO_DO = REASONS[ReasonCode.RECORD_RESTORED].action


def why_held(restored: Restored) -> str:
    """What is shown while a person is waited for."""
    since = stamp_to_the_second(restored.taken_at)
    text = f"the record was put back from a snapshot of {since}; what was said or done since is not in it"
    return f"{text}. {restored.found}" if restored.found else text


def held_by_restore(session: Session) -> Attention | None:
    """None when it may go on. It takes its customer first, who may be another offboarding's by now."""
    head = session.offboarding
    if head.restored is None:
        return None
    if head.held_by_restore:
        return Attention(ReasonCode.RECORD_RESTORED, why_held(head.restored), WHAT_TO_DO)
    if head.customer is None or head.request.dry_run:
        return None
    held = session.save(live=Live.TAKE)
    if not isinstance(held, LiveElsewhere):
        return None
    other = f"offboarding {held.offboarding_id} is at work on this customer; this one waits for its end"
    text = f"{why_held(head.restored)}. Meanwhile {other}"
    return Attention(ReasonCode.RECORD_RESTORED, text, WHAT_TO_DO)
