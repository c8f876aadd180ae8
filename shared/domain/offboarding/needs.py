"""What needs a person: one rule for the console, the HTTP interface and the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status

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
"""The states that need a person whatever the time."""
TO_APPROVE = "Look at the plan, and approve or reject it; whoever made the request cannot."
TO_DECIDE = "Look at what stands in the way, remove it, and resume; or withdraw."
TO_USE_THE_WINDOW = (
    "What can be cancelled or given back now is paid until its term ends from then on: approve it, or reschedule it to "
    "begin before; or accept that."
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person. `at` (aware UTC, business time): until when, where that is known."""

    kind: NeedKind
    what_to_do: str
    at: datetime | None = None


def needs_of(head: Offboarding, now: datetime) -> tuple[Need, ...]:
    """Why somebody has to look at it now; nothing where it goes on by itself."""
    found = []
    kind = ASKING.get(head.status)
    if kind is not None:
        advice = head.reason.operator_action if head.reason is not None else ""
        found.append(Need(kind, advice or (TO_APPROVE if kind is NeedKind.APPROVAL else TO_DECIDE)))
    closes = window_closes_at(head)
    if closes is not None and now <= closes <= now + SOON:
        found.append(Need(NeedKind.WINDOW_CLOSES, TO_USE_THE_WINDOW, closes))
    return tuple(found)


def window_closes_at(head: Offboarding) -> datetime | None:
    """When the first window of its plan closes, until the work begins, which then uses it."""
    over = head.finished or head.status is Status.RESTORING or head.begun_at is not None
    return None if over or head.plan is None else head.plan.first_window_closes_at
