"""What was put back from a snapshot does nothing before a person says so: a withdrawal may be among what was lost."""

from __future__ import annotations

from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.restored import Provenance, Restored
from shared.domain.wording import stamp_to_the_second
from shared.pipeline.core.outcome import Attention
from shared.pipeline.core.session import Session
from shared.ports.store import Live, LiveElsewhere

_MORE = {
    Provenance.SIGNED: "",
    Provenance.UNSIGNED: ". Nobody signed the snapshot, so whoever could write there may have invented what it says",
    Provenance.DIFFERS: ". It does not agree with its evidence, so nothing of it is carried out",
}


def why_held(restored: Restored, more: str = "") -> Reason:
    """What is shown while a person is waited for."""
    since = stamp_to_the_second(restored.taken_at)
    text = f"the record was put back from a snapshot of {since}; what was said or done since is not in it"
    text += _MORE[restored.provenance] + (f". Look closely: {restored.found}" if restored.found else "") + more
    return Reason(restored.code, text, REASONS[restored.code].action)


def held_by_restore(session: Session) -> Attention | None:
    """None when it may go on. It takes its customer first, who may be another offboarding's by now."""
    head = session.offboarding
    if head.restored is None:
        return None
    if head.held_by_restore:
        return _asks(why_held(head.restored))
    if head.customer is None or head.request.dry_run:
        return None
    held = session.save(live=Live.TAKE)
    if not isinstance(held, LiveElsewhere):
        return None
    other = f"offboarding {held.offboarding_id} is at work on this customer; this one waits for its end"
    return _asks(why_held(head.restored, f". Meanwhile {other}"))


def _asks(reason: Reason) -> Attention:
    return Attention(reason.code, reason.text, reason.operator_action)
