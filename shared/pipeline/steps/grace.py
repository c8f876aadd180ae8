"""The grace period: what nothing takes back waits, so that the offboarding can still be called off (I15).

A cancellation window that closes before the grace period ends is used shortly before it closes: unused, it costs a
whole term, which nothing takes back either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import IRREVERSIBLE
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.planned_work import used_from
from shared.domain.offboarding.record import Reason
from shared.domain.wording import count_of, first_of, stamp
from shared.pipeline.core.outcome import Again
from shared.pipeline.core.session import Session
from shared.pipeline.steps.effects import DueAction

CALL_OFF = "Withdraw the offboarding if it is a mistake; else it goes on by itself."


def begins(session: Session) -> None:
    """The work begins now, unless it has begun before."""
    head = session.offboarding
    if head.begun_at is None:
        session.offboarding = replace(head, begun_at=session.services.clock.now())


def grace_ends(session: Session) -> datetime:
    """When the first write may follow that nothing takes back. An older record says only when it was made."""
    head = session.offboarding
    return (head.begun_at or head.created_at) + session.policy.grace


def after_grace(session: Session, due: Sequence[DueAction]) -> tuple[list[DueAction], Again | None]:
    """What of `due` may be done now, and what to answer when something has to wait for the grace period."""
    now, ends = session.services.clock.now(), grace_ends(session)
    held = [(item, _from(item, ends)) for item in due if item.kind in IRREVERSIBLE and _from(item, ends) > now]
    if not held:
        return list(due), None
    waiting = {item.record.holding.key for item, _ in held}
    first = min(at for _, at in held)
    named = first_of((f"{item.record.holding.name} ({PHRASES[item.kind]})" for item, _ in held), 3)
    text = f"grace period until {stamp(ends)} holds {count_of(len(held), 'irreversible write')}: {named}"
    if first < ends:
        text += f"; a cancellation window closes before, and is used from {stamp(first)}"
    again = Again(_look(session, first), Reason(ReasonCode.GRACE_PERIOD, text, CALL_OFF))
    return [item for item in due if item.record.holding.key not in waiting], again


def removal_waits(session: Session) -> Again | None:
    """The removal is irreversible too: None when it may be asked for."""
    ends = grace_ends(session)
    if session.services.clock.now() >= ends:
        return None
    text = f"grace period until {stamp(ends)} holds the removal of the relationship"
    return Again(_look(session, ends), Reason(ReasonCode.GRACE_PERIOD, text, CALL_OFF))


def waited(session: Session) -> bool:
    """It comes from waiting for the grace period, so that what was read before may have changed."""
    reason = session.offboarding.reason
    return reason is not None and reason.code is ReasonCode.GRACE_PERIOD


def _from(item: DueAction, ends: datetime) -> datetime:
    return used_from(ends, item.closes_at)


def _look(session: Session, at: datetime) -> datetime:
    return min(at, session.services.clock.now() + session.services.pace.longest_wait)
