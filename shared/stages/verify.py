"""verify: a fresh, complete inventory through the gate. Clear leads to removal; all else waits, goes back or asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.blockers import SUSPEND_STAGE, Blocker, Cause, Remedy
from shared.domain.decisions import decide_all
from shared.domain.errors import NoRelationshipError
from shared.domain.gate import Blockers, RemovalPermit, gate
from shared.domain.inventory import Inventory
from shared.domain.offboarding import Counters, Reason, Stage, Status
from shared.domain.policy import Commitments
from shared.stages.outcome import Again, Attention, Finish, Next, Outcome
from shared.stages.read import stamp, take_inventory
from shared.stages.session import Session

LONG_ENOUGH = 30
"""Looks after which something that passes by itself is asked for less often still: about a day."""
JUST_AFTER = timedelta(seconds=1)
LOOK = "Look at the customer in Partner Center, then resume."


def verify(session: Session) -> Outcome:
    """Decide what happens next from what is really there."""
    try:
        inventory = take_inventory(session)
    except NoRelationshipError:
        if session.offboarding.removal is not None:
            return Next(
                Stage.REMOVE, Reason("gone_after_intent", "the customer is not readable since our removal call")
            )
        return gone_without_us(session)
    verdict = judge(session, inventory)
    if isinstance(verdict, RemovalPermit):
        return Next(Stage.REMOVE, Reason("clear", f"nothing is active any more ({verdict.holdings} holdings)"))
    return _next_step(session, verdict)


def judge(session: Session, inventory: Inventory) -> RemovalPermit | Blockers:
    """The gate's verdict, recorded on the holdings and the head."""
    services, now = session.services, session.services.clock.now()
    verdict = gate(inventory, session.records, session.policy, services.pace, now)
    blockers = verdict.items if isinstance(verdict, Blockers) else ()
    by_key = {blocker.key: blocker for blocker in blockers}
    changed = [
        replace(record, blocker=by_key.get(key))
        for key, record in session.records.items()
        if record.blocker != by_key.get(key)
    ]
    paid_until = verdict.paid_until if isinstance(verdict, Blockers) else None
    session.offboarding = replace(
        session.offboarding, blockers=blockers[:20], blocker_count=len(blockers), paid_until=paid_until
    )
    session.note("gate", f"{len(blockers)} blocker(s)" + "".join(f"; {_line(item)}" for item in blockers[:5]))
    session.save(holdings=changed)
    return verdict


def gone_without_us(session: Session) -> Outcome:
    """The relationship seems to have ended without a removal of ours. A refused read alone proves nothing (I8).

    A dry run answers from the customer list; everything else goes to confirm, which proves it and ends GDAP.
    """
    text = "Partner Center shows no relationship with this customer; it was not this offboarding that removed it"
    if not session.offboarding.request.dry_run:
        return Next(Stage.CONFIRM, Reason("gone_without_us", text))
    customers = session.services.partner_center.list_customers()
    listed = any(item.id.lower() == session.offboarding.customer_id for item in customers.items)
    if listed or not customers.complete:
        at = session.services.clock.now() + session.services.pace.recheck
        detail = "is still in the customer list" if listed else "may be in the customer list, which is incomplete"
        return Again(at, Reason("relationship_unclear", f"the customer is not readable but {detail}"))
    return Finish(Status.ALREADY_REMOVED, Reason("gone_without_us", text))


def _next_step(session: Session, blockers: Blockers) -> Outcome:
    pace, now = session.services.pace, session.services.clock.now()
    back = _stage_with_work(session)
    if back is not None:
        return _go_back(session, back)
    persons, until = blockers.of(Remedy.PERSON), blockers.next_date or now + pace.settle_poll
    unread = [item for item in blockers.items if item.cause is Cause.INCOMPLETE_READ]
    if unread and session.offboarding.counters.rechecks >= pace.loops_before_attention:
        return Attention(Reason(unread[0].cause.value, _line(unread[0]), unread[0].what_to_do or LOOK))
    if persons and not _passes_soon(session, blockers):
        first = persons[0]
        more = f" (and {len(persons) - 1} more)" if len(persons) > 1 else ""
        return Attention(Reason(first.cause.value, f"{_line(first)}{more}", first.what_to_do))
    if _must_not_wait(session, blockers):
        dated = blockers.of(Remedy.DATE)
        text = f"{_line(dated[0])}, and the request says stop"
        return Attention(Reason("commitments_remain", text, "Resume to wait for the end of what runs on."))
    soft = [item for item in blockers.items if item.remedy is Remedy.RECHECK and item.cause is not Cause.VANISHED]
    rechecks = session.offboarding.counters.rechecks
    if any(item.until == until for item in soft):
        # Only asking again helps: ask less often the longer it takes.
        longest = pace.recheck if rechecks < LONG_ENOUGH else pace.slow_recheck
        until = max(until, now + min(pace.settle_poll * 2 ** min(rechecks, 10), longest))
    session.offboarding = replace(
        session.offboarding, counters=replace(session.offboarding.counters, rechecks=rechecks + 1, returns=0)
    )
    at = min(until + JUST_AFTER, now + pace.longest_wait)
    return Again(max(at, now + JUST_AFTER), _with_person(_waiting_reason(blockers), persons))


def _must_not_wait(session: Session, blockers: Blockers) -> bool:
    """ "Stop and report" was planned as finished today, and something runs on after all: a refund was refused, a window
    closed. Waiting for it needs a person's word, given by a resume."""
    stops = session.offboarding.request.commitments is Commitments.STOP and not session.offboarding.resumed
    return stops and bool(blockers.of(Remedy.DATE))


def _passes_soon(session: Session, blockers: Blockers) -> bool:
    """What passes by itself within a day is waited for before a person is asked: work that follows from it must not be
    held up. What has been asked for again and again may itself wait for that person."""
    pace, now = session.services.pace, session.services.clock.now()
    hopeful = session.offboarding.counters.rechecks < pace.loops_before_attention
    return any(
        item.until is not None and item.until <= now + pace.reminder and (item.remedy is Remedy.DATE or hopeful)
        for item in blockers.items
    )


def _stage_with_work(session: Session) -> Stage | None:
    services, now = session.services, session.services.clock.now()
    decisions = decide_all(session.records, session.policy, services.pace, now)
    wanted = {item.action for item in decisions.values() if item.action is not None}
    if not wanted:
        return None
    return Stage.SUSPEND if wanted & SUSPEND_STAGE else Stage.CANCEL


def _go_back(session: Session, stage: Stage) -> Outcome:
    counters: Counters = session.offboarding.counters
    if counters.returns >= session.services.pace.loops_before_attention:
        text = f"went back to work {counters.returns} times without getting further"
        return Attention(
            Reason("no_progress", text, "Look at the timeline for what is switched on again, then resume.")
        )
    session.offboarding = replace(
        session.offboarding, counters=replace(counters, returns=counters.returns + 1, rechecks=0)
    )
    return Next(stage, Reason("work_left", f"the fresh inventory shows work for {stage.value}"))


def _waiting_reason(blockers: Blockers) -> Reason:
    dated = sorted(blockers.of(Remedy.DATE), key=lambda item: item.until or datetime.max.replace(tzinfo=UTC))
    if not dated:
        first = blockers.items[0]
        return Reason(first.cause.value, f"{len(blockers.items)} blocker(s); first: {_line(first)}")
    last = dated[-1]
    paid = f"; being paid until {stamp(blockers.paid_until)}" if blockers.paid_until else ""
    text = (
        f"{len(dated)} commitment(s) run on, the last until {stamp(last.until)}: {_line(last)}{paid}"
        if last.until
        else ""
    )
    soft = [item for item in blockers.of(Remedy.RECHECK) if item.cause is not Cause.RENEWING]
    also = f". Also: {_line(soft[0])}" + (f" (and {len(soft) - 1} more)" if len(soft) > 1 else "") if soft else ""
    return Reason(last.cause.value, text + also)


def _with_person(reason: Reason, persons: tuple[Blocker, ...]) -> Reason:
    """What a person has to do is told at once, although the waiting goes on."""
    if not persons:
        return reason
    first = persons[0]
    return Reason(first.cause.value, f"a person is needed: {_line(first)}. Meanwhile {reason.text}", first.what_to_do)


def _line(blocker: Blocker) -> str:
    return f"{blocker.name} {blocker.detail}"
