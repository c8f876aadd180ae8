"""What time does before a later start to what is decided now: it renews unasked, or its window closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.history import decide
from shared.domain.decisions.renewed import renewed, renews_as_agreed, renews_before, without_window
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.windows import open_window
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.policy import Renewals
from shared.domain.wording import day


def count_what_comes_before(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """The decisions that do not hold until the start. What is done is the same; until when it is paid is another."""
    found = {}
    for key, decision in decisions.items():
        blocker, record = decision.blocker, situation.records[key]
        if situation.start is None or blocker is None or record.missing_since is not None:
            continue
        if _renews_unasked(situation, record):
            found[key] = replace(decision, blocker=_endless(record, blocker))
        elif decision.action is ActionKind.CANCEL and _over(decision.closes_at, situation.start):
            found[key] = _too_late(situation, record, decision, blocker)
    return found


def _renews_unasked(situation: Situation, record: HoldingRecord) -> bool:
    """Nobody has agreed to it, and nothing is written that keeps it from renewing."""
    ends = situation.renewals is Renewals.END_WITH_TERM
    return renews_before(situation, record) and not ends and not renews_as_agreed(situation, record)


def _endless(record: HoldingRecord, blocker: Blocker) -> Blocker:
    """Whether, or for how long, it renews then, nobody knows; and it does not end with this term by itself."""
    detail = f"{blocker.detail}; it renews{_on(record.holding.term_end)}, before the start, unless somebody ends it"
    if blocker.remedy in (Remedy.PERSON, Remedy.RECHECK):
        return replace(blocker, detail=detail, paid_until=None)
    return replace(blocker, cause=Cause.IN_TERM, remedy=Remedy.DATE, detail=detail, until=None, paid_until=None)


def _on(at: datetime | None) -> str:
    return f" on {day(at)}" if at is not None else ""


def _over(closes: datetime | None, start: datetime) -> bool:
    return closes is not None and closes <= start


def _too_late(situation: Situation, record: HoldingRecord, decision: Disposition, blocker: Blocker) -> Disposition:
    """As it will be decided at the start, which may find that it can be cancelled all the same. The cancellation stays
    what is wanted: begun before, it would be in time."""
    start, renews = situation.start or situation.now, renews_as_agreed(situation, record)
    then = renewed(situation, record) if renews else record
    if then is None:
        return replace(decision, blocker=_endless(record, blocker))
    window = open_window(then.holding, start) if renews else None
    if window is not None and window.sure:
        return decision
    after = decide(without_window(then), replace(situation, now=start, start=None)).blocker
    if after is None or after.remedy is not Remedy.DATE:
        return decision
    detail = f"its window closes{_on(decision.closes_at)}, before the start{_on(start)}: it {after.detail}"
    return replace(decision, blocker=replace(after, detail=f"{blocker.detail}; {detail}"), sure=False)
