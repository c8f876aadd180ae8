"""confirm: prove that the removal took effect, end GDAP, and finish. Polled by messages, never by waiting here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.codes import ReasonCode
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.survivors import survivors
from shared.domain.offboarding.record import Offboarding, Proof, Reason
from shared.domain.offboarding.removal import RemovalState
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import first_of
from shared.pipeline.core.evidence import proofs_data
from shared.pipeline.core.outcome import Again, Attention, Finish, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps import gone
from shared.pipeline.steps.approvals import end_awaits_approval
from shared.pipeline.steps.delegated_admin import end_delegated_admin, to_end
from shared.pipeline.steps.proofs import (
    ACTIVITY_LOG,
    CUSTOMER_READ,
    GONE,
    check_proofs,
    is_gone,
    proven,
    seems_gone,
)
from shared.pipeline.steps.second_look import second_look_at

CAME_BACK = Reason(
    ReasonCode.CAME_BACK,
    "the removal is in the activity log, and the customer is listed and readable again: the relationship came back",
    "Ask whether the customer accepted a new relationship. A new request (with a new request id) offboards it again.",
)


def confirm(session: Session) -> Outcome:
    """Check every proof; finished when all hold and the customer is gone for sure, otherwise come back."""
    now = session.services.clock.now()
    since = session.offboarding.confirming_since or now
    session.offboarding = replace(session.offboarding, confirming_since=since)
    before = session.offboarding.proofs
    try:
        alive, trouble = check_proofs(session)
    finally:
        _record_proofs(session, before)
    awaits = end_awaits_approval(session) if to_end(session, alive) else None
    if awaits is not None:
        # How long proofs are waited for counts from the approval.
        session.offboarding = replace(session.offboarding, confirming_since=None)
        return awaits
    end_delegated_admin(session, alive)
    if trouble is not None:
        raise trouble
    failing = [proof for proof in session.offboarding.proofs if not proof.holds]
    if not failing and is_gone(session):
        return _finish(session)
    names = {proof.name for proof in failing}
    removal = session.offboarding.removal
    if CUSTOMER_READ in names and (removal is None or not removal.effect_is_due):
        return _not_gone(session)
    session.note(TimelineEvent.PROOFS, "; ".join(f"{proof.name}: {proof.detail}" for proof in failing))
    listed = ", ".join(proof.name for proof in failing)
    if now >= since + _patience(session, names):
        return _overdue(session, listed, names)
    return _again(session, listed)


def _record_proofs(session: Session, before: tuple[Proof, ...]) -> None:
    """What is asked again and again is evidence when the answer is another one, or settles a call without an answer."""
    head = session.offboarding
    was, now = ({(one.name, one.holds) for one in proofs} for proofs in (before, head.proofs))
    if head.evidence.open or was != now:
        session.record(EntryKind.PROOF, proofs_data(head.proofs))


def _patience(session: Session, failing: set[str]) -> timedelta:
    """How long proofs are waited for; less where a refusal says that there is nothing to wait for."""
    pace, removal = session.services.pace, session.offboarding.removal
    refused = removal is not None and removal.state is RemovalState.REFUSED and not removal.was_accepted
    return pace.recheck if refused and failing >= GONE else pace.confirm_deadline


def _again(session: Session, names: str) -> Again:
    now, pace, counters = session.services.clock.now(), session.services.pace, session.offboarding.counters
    second = None if is_gone(session) else second_look_at(session)
    if second is not None and second > now:
        return Again(second, _waiting(session, "a second look"))
    session.offboarding = replace(session.offboarding, counters=counters.looked())
    return Again(now + pace.looks.after(counters.rechecks), _waiting(session, names))


def _waiting(session: Session, names: str) -> Reason:
    """What is known by now, and no more: a customer that can be seen is not removed, whatever was answered."""
    removal, waits = session.offboarding.removal, f"still waiting for: {names}"
    if removal is not None and removal.is_ours:
        said = "the removal was accepted" if removal.was_accepted else "it is not known yet whether the removal worked"
        return Reason(ReasonCode.CONFIRMING, f"{'removed' if is_gone(session) else said}; {waits}")
    if seems_gone(session.offboarding):
        return Reason(ReasonCode.GONE_WITHOUT_US, f"{gone.seems_gone(session.offboarding)}; {waits}")
    text = "Microsoft's answers about the customer contradict each other"
    return Reason(ReasonCode.RELATIONSHIP_UNCLEAR, f"{text}; {waits}")


def _not_gone(session: Session) -> Outcome:
    """It looked gone, and is readable: one odd answer, or two that go on to contradict each other."""
    pace, counters = session.services.pace, session.offboarding.counters
    text = "the customer is readable, but another answer says that it is not ours"
    if counters.returns >= pace.loops_before_attention:
        session.offboarding = replace(session.offboarding, counters=counters.asked())
        return Attention(ReasonCode.RELATIONSHIP_UNCLEAR, text, "Look at the customer in Partner Center, then resume.")
    delay = pace.looks.after(counters.returns)
    session.offboarding = replace(_anew(session.offboarding), counters=counters.went_back())
    # Nothing is done without a plan; with one, the gate decides.
    back = Stage.PLAN if session.offboarding.plan is None else Stage.VERIFY
    return Next(back, Reason(ReasonCode.NOT_GONE, text), session.services.clock.now() + delay)


def _anew(offboarding: Offboarding) -> Offboarding:
    """What was proven of a customer that is there proves nothing any more."""
    return replace(offboarding, confirming_since=None, gone_since=None, proofs=())


def _left_behind(session: Session) -> tuple[str, ...]:
    return survivors(session.records, gdap_stays=not session.policy.terminate_gdap)


def _finish(session: Session) -> Outcome:
    url = session.services.partner_center.relationship_request_url()
    session.offboarding = replace(session.offboarding, reestablish_url=url)
    proofs = session.offboarding.proofs
    session.note(TimelineEvent.PROVEN, "; ".join(f"{proof.name}: {proof.detail}" for proof in proofs))
    removal = session.offboarding.removal
    left = session.offboarding.gdap_left
    if removal is None or not removal.is_ours:
        session.offboarding = replace(session.offboarding, survivors=left)
        text = gone.gone_before(session.offboarding)
        return Finish(Status.ALREADY_REMOVED, Reason(ReasonCode.GONE_BEFORE_US, text))
    session.offboarding = replace(session.offboarding, survivors=(*_left_behind(session), *left))
    text = f"the reseller relationship is removed; {len(proofs)} proofs hold{_by_word(session)}"
    what_to_do = "Tell the customer what survives (see What survives): only the customer can delete it."
    return Finish(Status.REMOVED, Reason(ReasonCode.REMOVED, text, what_to_do))


def _by_word(session: Session) -> str:
    """That somebody's word stood for something that was not understood is told with the outcome."""
    said = [record for record in session.records.values() if record.override is not None]
    names = first_of((f"{one.holding.name} ({one.override.by})" for one in said if one.override), 3)
    return f"; by a person's word ended: {names}" if said else ""


def _overdue(session: Session, names: str, failing: set[str]) -> Outcome:
    """Past the deadline: a customer that is listed and readable was not removed, or came back; anything else needs a
    person."""
    counters, removal = session.offboarding.counters, session.offboarding.removal
    bounded = counters.refusals < session.services.pace.refusals_before_attention
    # Readable after the deadline is only what a removal of ours should have ended: all else goes back at once.
    here = failing >= GONE
    if here and ACTIVITY_LOG in proven(session.offboarding):
        return Finish(Status.STOPPED, CAME_BACK)
    if here and removal is not None and bounded:
        session.offboarding = replace(
            _anew(session.offboarding), removal=removal.had_no_effect(), counters=counters.refused().in_new_stage()
        )
        text = "the removal had no effect: the customer is still listed and readable"
        return Next(Stage.VERIFY, Reason(ReasonCode.NO_EFFECT, text))
    known = _waiting(session, names).text
    text = f"after the deadline these proofs still do not hold: {names} ({known.partition(';')[0]})"
    return Attention(ReasonCode.PROOF_OVERDUE, text, "Check them in Partner Center and Entra, then resume.")
