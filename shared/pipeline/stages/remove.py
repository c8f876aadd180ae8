"""remove: fresh gate, stored intent (the point of no return), PATCH.

After an intent the relationship is probed first: once our PATCH took effect the inventory is unreadable, and that must
not send us back. A PATCH without an answer is repeated with the same MS-RequestId, under a fresh permit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.brake import HOUR, Ceiling, hour_of
from shared.domain.codes import ReasonCode
from shared.domain.decisions.gate import Blockers, RemovalPermit
from shared.domain.errors import (
    BrakeHeldError,
    CeilingReachedError,
    ClaimEndingError,
    NoAnswerError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    ThrottledError,
    UnavailableError,
    Verdict,
)
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.records import WriteAnswer
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.removal import RELATIONSHIP, REMOVAL, RemovalIntent, RemovalState, next_intent
from shared.domain.offboarding.states import Stage
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import shorten
from shared.pipeline.core.outcome import Attention, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.approvals import awaits_approval
from shared.pipeline.steps.gone import gone_without_us
from shared.pipeline.steps.grace import removal_waits
from shared.pipeline.steps.inventory import inventory_of
from shared.pipeline.steps.judge import judge
from shared.pipeline.steps.named_orders import about_orders
from shared.pipeline.steps.reading import Reading
from shared.ports.write_deadline import require_time_to_write, writes_start_before

REPORT = "This is a defect: keep the timeline, report it, then resume to plan again."
SWITCHED_ON = "Look at the timeline for what is switched on again, stop that, then resume."


def remove(session: Session) -> Outcome:
    """Remove the relationship if, and only if, nothing is active any more (I1)."""
    if session.offboarding.plan is None:
        # A relationship is removed under a plan only.
        return Attention(ReasonCode.NO_PLAN, "the offboarding reached the removal without a plan", REPORT)
    intent = session.offboarding.removal
    if intent is not None and intent.may_be_done:
        probed = _probe(session, intent)
        if probed is not None:
            return probed
    grace = removal_waits(session) if intent is None else None
    if grace is not None:
        return grace
    try:
        with Reading(session, delegated=True) as reading:
            reading.begin(session.customer_id)
            inventory = inventory_of(session, reading)
    except NoRelationshipError:
        return Next(Stage.CONFIRM) if session.offboarding.removal else gone_without_us(session)
    verdict = judge(session, inventory)
    if isinstance(verdict, Blockers):
        return _back_to_verify(session, "something is active again")
    session.require_time()
    session.require_live()
    awaits = awaits_approval(session)
    if awaits is not None:
        return awaits
    if not session.services.brakes.take(Ceiling.REMOVALS, 1):
        raise CeilingReachedError("removals", hour_of(session.services.clock.now()) + HOUR)
    # Read once more, beside the inventory, before the point of no return: a consent may have been withdrawn since the
    # plan.
    asks = reading.foreseen().attention
    if asks is not None:
        return asks
    return _remove_under(session, verdict)


def _probe(session: Session, intent: RemovalIntent) -> Outcome | None:
    """None when the relationship still stands and nothing says that our PATCH was received."""
    readable = _readable(session)
    session.record(EntryKind.OBSERVATION, {"what": "customer", "readable": readable})
    if not readable:
        session.note(TimelineEvent.REMOVAL_PROBED, "the relationship is gone: the earlier call took effect")
        return Next(Stage.CONFIRM)
    if intent.state is RemovalState.ACCEPTED:
        return Next(Stage.CONFIRM)
    session.note(TimelineEvent.REMOVAL_PROBED, "the relationship still stands")
    return None


def _readable(session: Session) -> bool:
    try:
        session.services.partner_center.get_customer(session.customer_id)
    except NoRelationshipError:
        return False
    return True


def _remove_under(session: Session, permit: RemovalPermit) -> Outcome:
    services, offboarding = session.services, session.offboarding
    if permit.customer_id.lower() != offboarding.customer_id:
        raise RefusedError("the permit belongs to another customer")
    _require_fresh(session, permit)
    intent = _intend(session)
    answer: WriteAnswer | RefusedError
    # Storing the intent and renewing a token take time too, and must not age the permit unseen (I1).
    stale_at = permit.began_monotonic + services.pace.permit_life.total_seconds()
    try:
        deadline = min(session.write_deadline, stale_at)
        with (
            writes_start_before(deadline, services.clock.monotonic),
            session.recorded(REMOVAL, RELATIONSHIP),
        ):
            require_time_to_write()
            answer = services.partner_center.remove_relationship(permit.customer_id, intent.request_id)
    except (ClaimEndingError, BrakeHeldError) as error:
        # Nothing was sent: what is known of the removal is what was known before.
        session.save(replace(session.offboarding, removal=offboarding.removal))
        if isinstance(error, BrakeHeldError):
            raise
        raise UnavailableError("no time was left to remove on the strength of what was read") from error
    except RefusedError as error:
        answer = error
    except RemoteError as error:
        if not isinstance(error, NoAnswerError):
            code, now = error.remote_code or error.code, services.clock.now()
            throttled = isinstance(error, ThrottledError)
            answered = intent.without_effect(now, code) if throttled else intent.unclear(now, code)
            session.save(replace(session.offboarding, removal=answered))
        raise
    return _record_answer(session, intent, answer)


def _require_fresh(session: Session, permit: RemovalPermit) -> None:
    """I1: the PATCH starts within 60 s of the first GET, or not at all. Slow reads are counted like any fault."""
    age = timedelta(seconds=session.services.clock.monotonic() - permit.began_monotonic)
    if age > session.services.pace.permit_life:
        text = f"reading took {age.total_seconds():.0f} s, too long to remove on the strength of it"
        raise UnavailableError(text)


def _intend(session: Session) -> RemovalIntent:
    """Store the intent: the point of no return."""
    offboarding = session.offboarding
    intent = next_intent(offboarding.id, offboarding.removal, session.services.clock.now())
    session.note(TimelineEvent.REMOVAL_INTENDED, "point of no return", request_id=intent.request_id)
    session.save(replace(session.offboarding, removal=intent))
    return intent


def _record_answer(session: Session, intent: RemovalIntent, answer: WriteAnswer | RefusedError) -> Outcome:
    now, status = session.services.clock.now(), answer.status or 0
    if isinstance(answer, WriteAnswer):
        session.note(TimelineEvent.REMOVAL_ACCEPTED, answer.detail, status=status, request_id=intent.request_id)
        session.save(replace(session.offboarding, removal=intent.accepted(now, status, answer.detail)))
        return Next(Stage.CONFIRM)
    code = answer.remote_code or answer.code
    session.note(TimelineEvent.REMOVAL_REFUSED, str(answer), status=status, request_id=intent.request_id)
    refused = intent.refused(now, status, code, shorten(answer.message, 300))
    session.save(replace(session.offboarding, removal=refused))
    if not isinstance(answer, NoRelationshipError):
        return _refused(session, code, answer)
    # Gone already, says the answer. Only the proofs decide whether that is true, and a customer that can be read is
    # there: unless one of our calls may be the reason, the answer was a stray one and nothing has happened.
    if refused.effect_is_due or not _readable(session):
        return Next(Stage.CONFIRM)
    return _refused(session, code, answer, "; the customer can still be read, and is looked at again")


def _refused(session: Session, code: str, answer: RefusedError, but: str = "") -> Outcome:
    services, counters = session.services, session.offboarding.counters.refused()
    session.offboarding = replace(session.offboarding, counters=counters)
    holdings = [record.holding for record in session.records.values()]
    named = about_orders(answer.message, holdings)
    text = f"Partner Center refused the removal ({answer.status} {code}): {shorten(answer.sentence, 300)}{but}{named}"
    if counters.refusals >= services.pace.refusals_before_attention or answer.verdict is Verdict.OPERATOR:
        action = answer.advice or "Look in Partner Center for what it names, then resume."
        return Attention(ReasonCode.REMOVAL_REFUSED, text, action)
    at = services.clock.now() + max(services.pace.settle_poll, answer.retry_after or services.pace.settle_poll)
    return Next(Stage.VERIFY, Reason(ReasonCode.REMOVAL_REFUSED, text), at)


def _back_to_verify(session: Session, text: str) -> Outcome:
    counters = session.offboarding.counters
    if counters.returns >= session.services.pace.loops_before_attention:
        return Attention(ReasonCode.NO_PROGRESS, f"{text}, {counters.returns} times in a row", SWITCHED_ON)
    session.offboarding = replace(session.offboarding, counters=counters.went_back())
    return Next(Stage.VERIFY, Reason(ReasonCode.NOT_CLEAR, text))
