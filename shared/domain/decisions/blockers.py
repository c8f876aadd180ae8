"""The words of the decisions: what is written to a holding, and why one still blocks the removal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.decisions.open_seats import KeptBack, OpenSeats, open_seats
from shared.domain.decisions.windows import OpenWindow, open_window
from shared.domain.holdings.model import Holding
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from shared.domain.wording import day


class ActionKind(StrEnum):
    """Every write that the pipeline makes to a holding."""

    SUSPEND = "suspend"
    CANCEL = "cancel"
    END_AT_TERM = "end_at_term"
    REACTIVATE = "reactivate"
    CANCEL_AZURE_SUBSCRIPTION = "cancel_azure_subscription"
    SUSPEND_AZURE_PLAN = "suspend_azure_plan"
    CANCEL_ORDER = "cancel_order"
    RETURN_RESERVATION = "return_reservation"
    STOP_RENEWAL = "stop_renewal"
    RENEW_MONTHLY = "renew_monthly"
    REDUCE_SEATS = "reduce_seats"
    RESTORE_STATUS = "restore_status"
    RESTORE_SUSPENSION = "restore_suspension"
    RESTORE_TERMS = "restore_terms"
    REACTIVATE_AZURE_SUBSCRIPTION = "reactivate_azure_subscription"
    RESTORE_RENEWAL = "restore_renewal"


BEFORE_START = frozenset({ActionKind.RENEW_MONTHLY})
"""Written only while a later start is waited for; no stage of the work has it."""
SUSPEND_STAGE = frozenset({ActionKind.SUSPEND})
"""Safe once suspended (not billed, does not block): everything else belongs to the cancel stage."""
RESTORES = frozenset(
    {
        ActionKind.RESTORE_STATUS,
        ActionKind.RESTORE_SUSPENSION,
        ActionKind.RESTORE_TERMS,
        ActionKind.REACTIVATE_AZURE_SUBSCRIPTION,
        ActionKind.RESTORE_RENEWAL,
    }
)
"""What puts something back after a withdrawal; only the restore stage writes these."""


IRREVERSIBLE = frozenset(
    {ActionKind.CANCEL, ActionKind.CANCEL_ORDER, ActionKind.RETURN_RESERVATION, ActionKind.REDUCE_SEATS}
)
"""What nothing puts back: it would have to be bought again. Azure subscriptions can be reactivated."""


class Cause(StrEnum):
    """Why a holding blocks the removal: the stable code of a blocker."""

    ACTION_DUE = "action_due"
    SETTLING = "settling"
    IN_TERM = "in_term"
    RENEWING = "renewing"
    WAITS_FOR_CHILDREN = "waits_for_azure_subscriptions"
    WAITS_FOR_ADD_ON = "waits_for_add_on"
    PENDING_AT_MICROSOFT = "pending_at_microsoft"
    OPEN_TRANSFER = "open_transfer"
    NO_TERM_END = "no_term_end"
    NEVER_CANCELLABLE = "never_cancellable"
    LEFT_BY_POLICY = "left_by_policy"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_KIND = "unknown_kind"
    NOT_REFUNDED = "not_refunded"
    OTHER_RESELLER = "other_reseller"
    REFUSED = "refused"
    REACTIVATED = "reactivated"
    VANISHED = "vanished"
    INCOMPLETE_READ = "incomplete_read"


OURS = frozenset({Cause.ACTION_DUE, Cause.SETTLING, Cause.WAITS_FOR_CHILDREN, Cause.WAITS_FOR_ADD_ON})
"""What the pipeline ends by itself, as soon as it may: no term and nobody else is waited for."""
NEVER_PAID = "transfer:"
"""How the key of an open transfer begins: it is no product; what is in it is."""


class Remedy(StrEnum):
    """Who or what takes a blocker away."""

    PIPELINE = "pipeline"
    RECHECK = "recheck"
    DATE = "date"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why the relationship cannot be removed now, with what takes it away.

    `until`: when it unblocks by itself (remedy DATE) or is worth asking again (RECHECK; PERSON too, where it may pass
    meanwhile). `paid_until`: until when it is being paid. `again_at`: when something about it is tried again before.
    """

    key: str
    name: str
    cause: Cause
    remedy: Remedy
    detail: str
    what_to_do: str = ""
    until: datetime | None = None
    paid_until: datetime | None = None
    again_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """What it is, and why it blocks."""
        return f"{self.name} {self.detail}"

    @property
    def ours(self) -> bool:
        """The pipeline ends it by itself, as soon as it may, and asks nobody."""
        return self.cause in OURS and self.remedy is not Remedy.PERSON

    @property
    def endless(self) -> bool:
        """It is paid on, and nobody knows until when: no date, and not what the pipeline ends by itself."""
        return self.paid_until is None and not self.ours and not self.key.startswith(NEVER_PAID)


def last_paid(blockers: Iterable[Blocker]) -> datetime | None:
    """The last moment that is being paid for (aware UTC); None if nothing is, or if something has no known end, which
    no date of the others may hide."""
    found = tuple(blockers)
    if any(item.endless for item in found):
        return None
    return max((item.paid_until for item in found if item.paid_until is not None), default=None)


@dataclass(frozen=True, slots=True)
class Disposition:
    """Safe (no action, no blocker), or a blocker, with the action that the pipeline takes about it.

    `closes_at`: when the cancellation window closes that the action uses. `sure`: nothing hints that the action may be
    refused. `seats`: what can still be given back of it, whether or not the action does that.
    """

    action: ActionKind | None = None
    blocker: Blocker | None = None
    closes_at: datetime | None = None
    sure: bool = True
    seats: OpenSeats | None = None

    @property
    def safe(self) -> bool:
        """It does not block the removal."""
        return self.blocker is None


SAFE = Disposition()


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule decides about. `cancel_refused`: the service said that the cancel or the refund is not to be had now,
    although the window looked open. `end_refused`: its end with the term could not be recorded so far, and will be
    tried again at `end_again_at`. `seats_after`: the end of a window in which seats were given back already;
    `seats_kept`: what keeps others from it. `quote_refused`: asked for its price, Azure told none."""

    holding: Holding
    policy: Policy
    pace: Pace
    now: datetime
    cancel_refused: bool = False
    end_refused: bool = False
    end_again_at: datetime | None = None
    seats_after: datetime | None = None
    seats_kept: KeptBack | None = None
    quote_refused: bool = False

    @property
    def seats(self) -> OpenSeats | None:
        """The seats that can still be given back."""
        return open_seats(self.holding, self.now, self.seats_after)

    @property
    def window(self) -> OpenWindow | None:
        """The cancellation window that is or may be open, unless a cancellation in it was refused before."""
        return None if self.cancel_refused else open_window(self.holding, self.now)

    @property
    def window_open(self) -> bool:
        """Whether a cancellation is worth a try."""
        return self.window is not None

    def act(self, action: ActionKind, detail: str) -> Disposition:
        """The pipeline ends it now."""
        blocker = Blocker(self.holding.key, self.holding.name, Cause.ACTION_DUE, Remedy.PIPELINE, detail)
        window = self.window
        return Disposition(action, blocker, window.closes_at if window else None)

    def cancel(self, window: OpenWindow) -> Disposition:
        """It is cancelled in this window, or a cancellation is tried in what may be one (I13)."""
        by = f" by {window.by}" if window.by else ""
        if window.sure:
            return self.act(ActionKind.CANCEL, f"is inside its cancellation window{by} and has to be cancelled")
        end = self.holding.term_end
        otherwise = f" (if it is refused, it will be paid until {day(end)})" if end else ""
        detail = f"may be inside its cancellation window{by}; its cancellation has to be tried{otherwise}"
        return replace(self.act(ActionKind.CANCEL, detail), sure=False)

    def dated(
        self, detail: str, cause: Cause = Cause.IN_TERM, action: ActionKind | None = None, what_to_do: str = ""
    ) -> Disposition:
        """It ends by itself with its term, and is being paid until then; `action` makes sure of it."""
        holding, end = self.holding, self.holding.term_end
        return Disposition(action, Blocker(holding.key, holding.name, cause, Remedy.DATE, detail, what_to_do, end, end))

    def recheck(self, cause: Cause, detail: str, *, slow: bool = False) -> Disposition:
        """It passes by itself at a time that nobody knows."""
        until = self.now + (self.pace.slow_recheck if slow else self.pace.recheck)
        return Disposition(
            blocker=Blocker(self.holding.key, self.holding.name, cause, Remedy.RECHECK, detail, until=until)
        )

    def person(self, cause: Cause, detail: str, what_to_do: str) -> Disposition:
        """Only a person can take it away."""
        return Disposition(
            blocker=Blocker(self.holding.key, self.holding.name, cause, Remedy.PERSON, detail, what_to_do)
        )
