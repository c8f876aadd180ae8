"""What will happen, as programs read it."""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.events import CustomerData


class Coming(StrEnum):
    """What can happen."""

    WINDOW_CLOSES = "window_closes"
    TERM_ENDS = "term_ends"
    REMOVAL_EXPECTED = "removal_expected"
    APPROVAL_IS_DUE = "approval_is_due"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


class MomentView(WireModel):
    """One thing that will happen to one offboarding. `about`: the holding, where it is about one."""

    what: Coming
    at: UtcTime
    offboarding_id: str
    request_id: str
    status: str
    customer: CustomerData
    about: str | None = None


class CalendarView(WireModel):
    """What will happen, soonest first. `more`: there are more offboardings than were looked at."""

    items: tuple[MomentView, ...]
    more: bool
