"""Terms that renew before an offboarding starts, seen while it can still be stopped: they are paid for once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.decisions.absences import ENDS_WITH_TERM
from shared.domain.decisions.blockers import ActionKind, Disposition
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.renewed import without_window
from shared.domain.decisions.situation import Situation
from shared.domain.wording import count_of, stamp

JUST_BEFORE = timedelta(minutes=1)


PAID_AGAIN = "what renews before the start is paid for during the whole term that begins then"
OTHER_WAYS = (
    "Other ways: reschedule to a start before it renews; or withdraw, and send a new request with "
    "renewals=end_with_term."
)
"""Said to whoever is about to let something renew."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """One holding that renews at `at`. `stopped_by`: the write that would end it with its term; None: there is none.
    `changeable`: something would be written to it, so it may be. `monthly`: it renews for a month only.
    `quantity`: in how many units, where that is known."""

    key: str
    name: str
    at: datetime
    stopped_by: ActionKind | None
    changeable: bool = False
    monthly: bool = False
    quantity: int | None = None

    @property
    def called(self) -> str:
        """Its name, with the units that are paid for."""
        return f"{self.name} ({count_of(self.quantity, 'unit')})" if self.quantity else self.name

    @property
    def sentence(self) -> str:
        """Which, and when."""
        return f"{self.name} renews at {stamp(self.at)}"


def renewals_before(situation: Situation, start: datetime) -> tuple[Renewal, ...]:
    """What renews by itself between now and `start`, first ones first.

    What would be done about each is what is decided just before it renews, when no window is open any more.
    """
    found, decided = [], dict[datetime, Mapping[str, Disposition]]()
    for record in situation.live:
        holding = record.holding
        if holding.auto_renew is not True or holding.ends_at_term or holding.term_end is None:
            continue
        if situation.now < holding.term_end < start:
            at = max(situation.now, holding.term_end - JUST_BEFORE)
            if at not in decided:
                decided[at] = decide_all(_just_before(situation, at))
            action = decided[at][holding.key].action
            found.append(
                Renewal(
                    key=holding.key,
                    name=holding.name,
                    at=holding.term_end,
                    stopped_by=action if action in ENDS_WITH_TERM else None,
                    changeable=action is not None,
                    monthly=holding.next_term.monthly,
                    quantity=holding.quantity,
                )
            )
    return tuple(sorted(found, key=lambda item: (item.at, item.key)))


def _just_before(situation: Situation, at: datetime) -> Situation:
    return replace(situation, now=at, records={key: without_window(item) for key, item in situation.records.items()})
