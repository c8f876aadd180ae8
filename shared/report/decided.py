"""Who ended it with a word: rejected the plan, or called the offboarding off; when, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.timeline import TimelineEvent
from shared.report.asked import who


@dataclass(frozen=True, slots=True)
class Decided:
    """`what`: rejected or withdrawn, empty where nobody ended it so. `at` is aware UTC, business time."""

    what: str = ""
    by: str = ""
    at: datetime | None = None
    why: str = ""


def decided_of(head: Offboarding, timeline: Callable[[str], Sequence[TimelineEntry]]) -> Decided:
    """The word that ended it. `timeline` is asked only for what a rejection ended: the head does not say whose."""
    said = head.withdrawal
    if said is not None:
        return Decided("withdrawn", who(said.by), said.at, said.why)
    if not head.finished or head.reason is None or head.reason.code is not ReasonCode.APPROVAL_REJECTED:
        return Decided()
    entries = (entry for entry in timeline(head.id) if entry.what == TimelineEvent.APPROVAL_REJECTED)
    newest = max(entries, key=lambda entry: entry.seq, default=None)
    if newest is None:
        return Decided("rejected", "", head.updated_at)
    name = newest.by.name if newest.by is not None else ""
    why = newest.detail.removeprefix(f"{name} rejected the plan: ")
    return Decided("rejected", who(newest.by) if newest.by is not None else "", newest.at, why)
