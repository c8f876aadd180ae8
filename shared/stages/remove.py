"""remove: fresh gate, stored intent (the point of no return), PATCH.

After an intent the relationship is probed first: once our PATCH took effect the inventory is unreadable, and that must
not send us back. A PATCH without an answer is repeated with the same MS-RequestId, under a fresh permit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import (
    NoAnswerError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    ThrottledError,
    UnavailableError,
    Verdict,
    shorten,
)
from shared.domain.gate import Blockers, RemovalPermit
from shared.domain.identifiers import ms_request_id
from shared.domain.offboarding import Reason, RemovalIntent, Stage
from shared.domain.partner import WriteAnswer
from shared.stages.named_orders import about_orders
from shared.stages.outcome import Attention, Next, Outcome
from shared.stages.read import take_inventory
from shared.stages.session import Session
from shared.stages.verify import gone_without_us, judge


def remove(session: Session) -> Outcome:
    """Remove the relationship if, and only if, nothing is active any more (I1)."""
    if session.offboarding.plan is None:
        # A relationship is removed under a plan only.
        return Attention(Reason("no_plan", "the offboarding reached the removal without a plan"))
    intent = session.offboarding.removal
    if intent is not None and not intent.without_effect:
        probed = _probe(session, intent)
        if probed is not None:
            return probed
    try:
        inventory = take_inventory(session)
    except NoRelationshipError:
        return Next(Stage.CONFIRM) if session.offboarding.removal else gone_without_us(session)
    verdict = judge(session, inventory)
    if isinstance(verdict, Blockers):
        return _back_to_verify(session, "something is active again")
    session.require_time()
    session.require_live()
    return _remove_under(session, verdict)


def _probe(session: Session, intent: RemovalIntent) -> Outcome | None:
    """None when the relationship still stands and nothing says that our PATCH was received."""
    try:
        session.services.partner_center.get_customer(session.offboarding.customer_id or "")
    except NoRelationshipError:
        session.note("removal.probed", "the relationship is gone: the earlier call took effect")
        return Next(Stage.CONFIRM)
    if intent.accepted:
        return Next(Stage.CONFIRM)
    session.note("removal.probed", "the relationship still stands")
    return None


def _remove_under(session: Session, permit: RemovalPermit) -> Outcome:
    services, offboarding = session.services, session.offboarding
    if permit.customer_id.lower() != offboarding.customer_id:
        raise RefusedError("the permit belongs to another customer")
    age = timedelta(seconds=services.clock.monotonic() - permit.began_monotonic)
    if age > services.pace.permit_life:
        # I1: the PATCH starts within 60 s of the first GET, or not at all. Slow reads are counted like any fault.
        raise UnavailableError(f"reading took {age.total_seconds():.0f} s, too long to remove on the strength of it")
    intent = _intend(session)
    answer: WriteAnswer | RefusedError
    try:
        answer = services.partner_center.remove_relationship(permit.customer_id, intent.request_id)
    except RefusedError as error:
        answer = error
    except RemoteError as error:
        if not isinstance(error, NoAnswerError):
            # An answer that settles nothing (5xx): the next try carries a new MS-RequestId. A 429 had no effect at all.
            session.save(
                replace(
                    session.offboarding,
                    removal=replace(
                        intent,
                        answered_at=services.clock.now(),
                        code=error.remote_code or error.code,
                        without_effect=isinstance(error, ThrottledError),
                    ),
                )
            )
        raise
    return _record_answer(session, intent, answer)


def _intend(session: Session) -> RemovalIntent:
    offboarding, now = session.offboarding, session.services.clock.now()
    last = offboarding.removal
    unclear = last if last is not None and last.status is None and not last.without_effect else None
    n = 1 if last is None else last.n if unclear and unclear.answered_at is None else last.n + 1
    tries = unclear.tries + 1 if unclear else 1
    # The first of several tries may have been the one that took effect: the activity log is searched from there.
    since = unclear.intended_at if unclear else now
    accepted = last is not None and (last.accepted or last.accepted_before)
    if accepted and last is not None:
        since = last.intended_at
    request_id = ms_request_id(offboarding.id, "relationship", "remove", n)
    intent = RemovalIntent(n, request_id, since, tries=tries, accepted_before=accepted)
    session.note("removal.intended", "point of no return", request_id=intent.request_id)
    session.save(replace(session.offboarding, removal=intent))
    return intent


def _record_answer(session: Session, intent: RemovalIntent, answer: WriteAnswer | RefusedError) -> Outcome:
    now, status = session.services.clock.now(), answer.status or 0
    if isinstance(answer, WriteAnswer):
        session.note("removal.accepted", answer.detail, status=status, request_id=intent.request_id)
        answered = replace(intent, answered_at=now, status=status, detail=answer.detail)
        session.save(replace(session.offboarding, removal=answered))
        return Next(Stage.CONFIRM)
    code = answer.remote_code or answer.code
    session.note("removal.refused", str(answer), status=status, request_id=intent.request_id)
    refused = replace(intent, answered_at=now, status=status, code=code, detail=shorten(answer.message, 300))
    session.save(replace(session.offboarding, removal=refused))
    if isinstance(answer, NoRelationshipError):
        # 3000: gone already. Only the proofs decide whether that is true.
        return Next(Stage.CONFIRM)
    return _refused(session, code, answer)


def _refused(session: Session, code: str, answer: RefusedError) -> Outcome:
    services, counters = session.services, session.offboarding.counters
    refusals = counters.refusals + 1
    session.offboarding = replace(session.offboarding, counters=replace(counters, refusals=refusals))
    holdings = [record.holding for record in session.records.values()]
    named = about_orders(answer.message, holdings)
    text = f"Partner Center refused the removal ({answer.status} {code}): {shorten(answer.sentence, 300)}{named}"
    if refusals >= services.pace.refusals_before_attention or answer.verdict is Verdict.OPERATOR:
        action = answer.advice or "Look in Partner Center for what it names, then resume."
        return Attention(Reason("removal_refused", text, action))
    at = services.clock.now() + max(services.pace.settle_poll, answer.retry_after or services.pace.settle_poll)
    return Next(Stage.VERIFY, Reason("removal_refused", text), at)


def _back_to_verify(session: Session, text: str) -> Outcome:
    counters = session.offboarding.counters
    if counters.returns >= session.services.pace.loops_before_attention:
        return Attention(Reason("no_progress", f"{text}, {counters.returns} times in a row"))
    session.offboarding = replace(session.offboarding, counters=replace(counters, returns=counters.returns + 1))
    return Next(Stage.VERIFY, Reason("not_clear", text))
