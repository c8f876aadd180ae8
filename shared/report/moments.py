"""What will happen to an offboarding, and when: windows that close, terms that end, removals, approvals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.calendar import Coming
from shared.domain.decisions.blockers import Remedy
from shared.domain.offboarding.needs import window_closes_at
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens to one offboarding at a moment (aware UTC, business time). `about`: which holding, empty
    for the whole."""

    what: Coming
    at: datetime
    offboarding_id: str
    customer: str
    about: str = ""


def moments_of(head: Offboarding, name: str) -> Iterable[Moment]:
    """What is known to happen. A window is told of until the work begins, which then uses it. The removal is expected
    once the last dated wait is over, if nothing else is waited for."""
    if head.finished or head.status is Status.RESTORING:
        return
    closes = window_closes_at(head)
    if closes is not None:
        yield Moment(Coming.WINDOW_CLOSES, closes, head.id, name)
    ends: list[datetime] = []
    for blocker in head.blockers:
        if blocker.remedy is Remedy.DATE and blocker.until is not None:
            ends.append(blocker.until)
            yield Moment(Coming.TERM_ENDS, blocker.until, head.id, name, blocker.name)
    at = _removal_at(head, ends)
    if at is not None:
        yield Moment(Coming.REMOVAL_EXPECTED, at, head.id, name)


def _removal_at(head: Offboarding, ends: Sequence[datetime]) -> datetime | None:
    """What begins later is expected when its plan says, never before its start."""
    plan = head.plan
    if plan is not None and head.status is Status.SCHEDULED:
        return plan.removal_expected_at
    dated = len(ends) == head.blocker_count and plan is not None and not plan.undated_blockers
    return max(ends) if ends and dated and head.status is Status.WAITING else None
