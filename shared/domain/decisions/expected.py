"""When the relationship will be removed if nothing interferes, as far as that can be foreseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.decisions.blockers import Blocker, Disposition, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.patience import WAITS_FOR_OTHERS
from shared.domain.decisions.renewals import renewals_before
from shared.domain.decisions.renewed import renewed, renews_as_agreed, without_window
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.model import Holding, HoldingStatus
from shared.domain.policy import Renewals

JUST_AFTER = timedelta(seconds=1)
"""What ends with a day has ended on the next one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`at` (aware UTC, business time): when nothing is in the way any more, whose day is that of the removal. None with
    the reason why there is no such day: a person has to act, or nobody knows how long something takes."""

    at: datetime | None
    why_not: str = ""


def removal_expected(situation: Situation, blockers: Iterable[Blocker]) -> Expected:
    """From what the gate says now, and the decisions. With a later start those count that will be taken then."""
    start = situation.start
    decisions: Mapping[str, Disposition] = decide_all(situation)
    if start is not None:
        coming = [item for item in renewals_before(situation, start) if not _ends(situation, item.stopped_by)]
        renewing = [item for item in coming if not _known(situation, item.key)]
        if renewing:
            return Expected(None, f"{renewing[0].sentence}, before the start; what runs on then is not known yet")
        decisions = _at_start(situation, start)
        others = [item for item in blockers if item.key not in situation.records]
        blockers = [*others, *(item.blocker for item in decisions.values() if item.blocker is not None)]
    ends = [(start or situation.now) + situation.policy.grace]
    for blocker in blockers:
        unforeseen = _unforeseen(situation, blocker, decisions)
        if unforeseen:
            return Expected(None, unforeseen)
        if blocker.remedy is Remedy.DATE and blocker.until is not None:
            ends.append(blocker.until + JUST_AFTER)
    return Expected(max(ends))


def _ends(situation: Situation, stopped_by: object) -> bool:
    """It is set to end with its term at once, before the start."""
    return situation.renewals is Renewals.END_WITH_TERM and stopped_by is not None


def _at_start(situation: Situation, start: datetime) -> Mapping[str, Disposition]:
    """What will be decided then about what has not ended by then, and about what has renewed as agreed."""
    kept = {}
    for key, record in situation.records.items():
        if renews_as_agreed(situation, record):
            kept[key] = renewed(situation, record) or record
        elif record.holding.term_end is None or record.holding.term_end > start:
            kept[key] = without_window(record) if _closed(record.holding, start) else record
    return decide_all(replace(situation, records=kept, now=start, start=None))


def _known(situation: Situation, key: str) -> bool:
    """It was agreed to, and for how long it renews shows."""
    record = situation.records[key]
    return renews_as_agreed(situation, record) and renewed(situation, record) is not None


def _closed(holding: Holding, at: datetime) -> bool:
    """Whatever else shows of its window today will be over then."""
    return holding.cancellable_until is not None and holding.cancellable_until <= at


def _unforeseen(situation: Situation, blocker: Blocker, decisions: Mapping[str, Disposition]) -> str:
    """Why nobody can say when it has ended; "" where that is known, or it ends with others."""
    decision = decisions.get(blocker.key)
    if blocker.remedy is Remedy.PERSON:
        return f"a person has to act first: {blocker.sentence}"
    undated = blocker.remedy is Remedy.DATE and blocker.until is None
    if undated or (blocker.remedy is Remedy.RECHECK and blocker.cause not in WAITS_FOR_OTHERS):
        return f"it is not known how long this takes: {blocker.sentence}"
    record = situation.records.get(blocker.key)
    pending = record is not None and record.holding.status is HoldingStatus.PENDING
    if decision is not None and (pending or not decision.sure):
        return f"it is only known when it is tried: {blocker.sentence}"
    return ""
