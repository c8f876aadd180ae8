"""The words of the decisions: what is written to a holding, and why one still blocks the removal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.holdings import Holding
from shared.domain.policy import Pace, Policy


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


SUSPEND_STAGE = frozenset({ActionKind.SUSPEND})
"""Safe once suspended (not billed, does not block): everything else belongs to the cancel stage."""


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


class Remedy(StrEnum):
    """Who or what takes a blocker away."""

    PIPELINE = "pipeline"
    RECHECK = "recheck"
    DATE = "date"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why the relationship cannot be removed now, with what takes it away.

    `until`: when it unblocks by itself (remedy DATE) or is worth asking again (RECHECK). `paid_until`: until when it
    is being paid.
    """

    key: str
    name: str
    cause: Cause
    remedy: Remedy
    detail: str
    what_to_do: str = ""
    until: datetime | None = None
    paid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Disposition:
    """Safe (no action, no blocker), or a blocker, with the action that the pipeline takes about it.

    `closes_at`: when the cancellation window closes that the action uses.
    """

    action: ActionKind | None = None
    blocker: Blocker | None = None
    closes_at: datetime | None = None

    @property
    def safe(self) -> bool:
        return self.blocker is None


SAFE = Disposition()


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule decides about. `cancel_refused`: the service said that the cancel or the refund is not to be had now,
    although the window looked open. `end_refused`: its end with the term could not be recorded."""

    holding: Holding
    policy: Policy
    pace: Pace
    now: datetime
    cancel_refused: bool = False
    end_refused: bool = False

    @property
    def window_open(self) -> bool:
        """`cancellationAllowedUntilDate` is the authority for each holding, not a computed number of days."""
        until = self.holding.cancellable_until
        return not self.cancel_refused and until is not None and until > self.now

    def act(self, action: ActionKind, detail: str) -> Disposition:
        """The pipeline ends it now."""
        blocker = Blocker(self.holding.key, self.holding.name, Cause.ACTION_DUE, Remedy.PIPELINE, detail)
        return Disposition(action, blocker, self.holding.cancellable_until if self.window_open else None)

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
