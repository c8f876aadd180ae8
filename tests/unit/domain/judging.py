"""What the rules say about one holding, in a form that a table can list: the whole answer without its sentences."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.decisions.blockers import ActionKind, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import LATER, NOW, holding

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

WINDOWS: list[tuple[datetime | None, bool, bool]] = [
    (None, False, False),
    (NOW - TICK, False, False),
    (NOW, False, False),
    (NOW + TICK, False, True),
    (LATER, False, True),
    (LATER, True, False),
    (NOW + TICK, True, False),
    (None, True, False),
]
"""When the window closes, whether the cancel was refused before, and whether it counts as open."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a disposition says, without its sentences."""

    action: ActionKind | None
    cause: Cause | None
    remedy: Remedy | None
    until: datetime | None = None
    paid_until: datetime | None = None
    closes_at: datetime | None = None
    sure: bool = True


def told(found: Disposition) -> Told:
    blocker = found.blocker
    if blocker is None:
        return Told(found.action, None, None, closes_at=found.closes_at, sure=found.sure)
    assert blocker.detail
    assert not blocker.detail.endswith("."), "what is said of the holding goes on after its name"
    assert blocker.what_to_do.endswith(".") or (not blocker.what_to_do and blocker.remedy is not Remedy.PERSON)
    dates = (blocker.until, blocker.paid_until, found.closes_at)
    return Told(found.action, blocker.cause, blocker.remedy, *dates, sure=found.sure)


def judged(kind: HoldingKind, status: HoldingStatus, fields: dict[str, Any], **case: Any) -> Told:
    policy = Policy(**case.pop("policy", {}))
    found = disposition(holding(kind, status, **fields), policy, Pace(), NOW, **case)
    if found.blocker is not None:
        assert (found.blocker.key, found.blocker.name) == (f"x:{kind.value}", kind.value)
    return told(found)


SAFE = Told(None, None, None)


def in_term(action: ActionKind | None, end: datetime = LATER) -> Told:
    return Told(action, Cause.IN_TERM, Remedy.DATE, end, end)


def person(cause: Cause, action: ActionKind | None = None, **fields: Any) -> Told:
    return Told(action, cause, Remedy.PERSON, **fields)


def recheck(cause: Cause, after: timedelta = timedelta(hours=1)) -> Told:
    return Told(None, cause, Remedy.RECHECK, NOW + after)


def due(action: ActionKind, closes_at: datetime | None = None) -> Told:
    return Told(action, Cause.ACTION_DUE, Remedy.PIPELINE, closes_at=closes_at)
