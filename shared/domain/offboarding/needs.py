"""What needs a person: one rule for the console, the HTTP interface and the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Remedy
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Status

SOON = timedelta(days=7)
"""A window that closes within this time is told of."""


class NeedKind(StrEnum):
    """What a person has to do, in whatever words."""

    APPROVAL = "approval"
    DECISION = "decision"
    WINDOW_CLOSES = "window_closes"


ASKING: Mapping[Status, NeedKind] = MappingProxyType(
    {Status.AWAITING_APPROVAL: NeedKind.APPROVAL, Status.NEEDS_ATTENTION: NeedKind.DECISION}
)
"""The states that are for a person alone; in every other one, what stands in the way may ask too."""
PASSES_BY_ITSELF = frozenset(
    {ReasonCode.MODE_PLAN, ReasonCode.BRAKE_HELD, ReasonCode.CEILING_REACHED, ReasonCode.GRACE_PERIOD}
)
"""Their advice says what somebody could do about all of them, or sooner; of this one nobody is asked anything."""
TO_APPROVE = "Look at the plan, and approve or reject it; whoever made the request cannot."
TO_DECIDE = "Look at what stands in the way, remove it, and resume; or withdraw."
TO_CLEAR = "Look at what stands in the way, and remove it; it is looked at again by itself."
PAID_AFTER = "What can be cancelled or given back now is paid until its term ends from then on"
TO_USE_THE_WINDOW = f"{PAID_AFTER}: approve it, or reschedule it to begin before; or accept that."
TO_BEGIN_BEFORE = f"{PAID_AFTER}: reschedule it to begin before, or withdraw; or accept that."
"""Where nobody is asked for an approval: it begins later."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person. `at` (aware UTC, business time): until when, where that is known."""

    kind: NeedKind
    what_to_do: str
    at: datetime | None = None


def needs_of(head: Offboarding, now: datetime) -> tuple[Need, ...]:
    """Why somebody has to look at it now; nothing where it goes on by itself."""
    found = []
    kind = asked_of(head)
    if kind is not None:
        found.append(Need(kind, _advice(head, kind)))
    closes = window_closes_at(head)
    if closes is not None and now <= closes <= now + SOON:
        advice = TO_BEGIN_BEFORE if head.status is Status.SCHEDULED else TO_USE_THE_WINDOW
        found.append(Need(NeedKind.WINDOW_CLOSES, advice, closes))
    return tuple(found)


def asked_of(head: Offboarding) -> NeedKind | None:
    """What a person is asked for, whatever it is shown as: the work may go on beside it, and look again by itself."""
    kind = ASKING.get(head.status)
    if kind is not None:
        return kind
    asks = _reason_asks(head) or (not _looks_anew(head) and bool(_for_a_person(head)))
    return NeedKind.DECISION if asks and not head.finished else None


def _reason_asks(head: Offboarding) -> bool:
    """What runs and names a reason has it on its way, and asks when it gets there."""
    reason = head.reason
    if reason is None or head.status is Status.RUNNING:
        return False
    return bool(reason.operator_action) and reason.code not in PASSES_BY_ITSELF


def _looks_anew(head: Offboarding) -> bool:
    """A person has resumed it, and what was in the way before is looked at again now: nothing was counted since."""
    resumed = bool(head.words) and head.counters == Counters() and head.reason is None and head.asked is None
    return resumed and head.status in RUNNABLE


def _for_a_person(head: Offboarding) -> tuple[Blocker, ...]:
    return tuple(item for item in head.blockers if item.remedy is Remedy.PERSON)


def _advice(head: Offboarding, kind: NeedKind) -> str:
    if head.reason is not None and head.reason.operator_action and (head.status in ASKING or _reason_asks(head)):
        return head.reason.operator_action
    if kind is NeedKind.APPROVAL:
        return TO_APPROVE
    if head.status in ASKING:
        return TO_DECIDE
    return next((item.what_to_do for item in _for_a_person(head) if item.what_to_do), TO_CLEAR)


def window_closes_at(head: Offboarding) -> datetime | None:
    """When the first window of its plan closes, until the work begins, which then uses it."""
    over = head.finished or head.status is Status.RESTORING or head.begun_at is not None
    return None if over or head.plan is None else head.plan.first_window_closes_at
