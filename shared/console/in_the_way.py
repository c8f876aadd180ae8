"""What stands in the way of one offboarding, and who must act: one line of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import Blocker, Remedy
from shared.domain.decisions.overrides import naming
from shared.domain.offboarding.needs import NeedKind, asked_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status

ORDER = (Remedy.PERSON, Remedy.RECHECK, Remedy.DATE, Remedy.PIPELINE)
"""What needs somebody first; what the pipeline does itself last."""
WHO = {NeedKind.APPROVAL: "A second person, with the role Approve", NeedKind.DECISION: "An operator"}
SENDER = "Whoever sent it"
NOBODY = "Nobody: it goes on by itself"
SOMEBODY = "Nobody has to; an operator can help"


@dataclass(frozen=True, slots=True)
class InTheWay:
    """`what`: the blocker, as a sentence, and `more` of them beside it. `until` (aware UTC): when it unblocks by
    itself, where that is known. `who` must act, and `what_to_do`; both are empty where nothing is left to do."""

    what: str = ""
    more: int = 0
    until: datetime | None = None
    who: str = ""
    what_to_do: str = ""


def in_the_way(head: Offboarding) -> InTheWay:
    """Of one offboarding, as it was stored. What has ended has nothing in its way, but a dry run what it found."""
    advice = head.reason.operator_action if head.reason is not None else ""
    if head.finished and head.status is not Status.PLANNED:
        return InTheWay(who=SENDER if advice else "", what_to_do=advice)
    # What a plan says that the pipeline does is in nobody's way yet.
    blockers = [item for item in head.blockers if item.remedy is not Remedy.PIPELINE or not head.finished]
    blocker = min(blockers, key=lambda item: ORDER.index(item.remedy), default=None)
    advice = advice or (naming(blocker.what_to_do, head.id) if blocker is not None else "")
    return InTheWay(
        what=blocker.sentence if blocker is not None else "",
        more=_counted(head, blockers) - 1 if blocker is not None else 0,
        until=_until(blocker),
        who=_who(head, blocker, advice),
        what_to_do=advice,
    )


def _counted(head: Offboarding, blockers: Sequence[Blocker]) -> int:
    return len(blockers) + max(head.blocker_count - len(head.blockers), 0)


def _who(head: Offboarding, blocker: Blocker | None, advice: str) -> str:
    if head.status is Status.PLANNED:
        by_person = blocker is not None and blocker.remedy is Remedy.PERSON
        return WHO[NeedKind.DECISION] if by_person else SOMEBODY if advice else NOBODY if blocker is not None else ""
    asked = asked_of(head)
    return WHO[asked] if asked is not None else SOMEBODY if advice else NOBODY


def _until(blocker: Blocker | None) -> datetime | None:
    return blocker.until if blocker is not None and blocker.remedy is Remedy.DATE else None
