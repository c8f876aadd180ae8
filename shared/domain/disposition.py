"""What must happen to one holding, and why it still blocks: the first of the two decisions that matter.

`disposition(holding, policy, now)` is pure and total: every kind and state has an answer, and what is not understood
blocks (I8). What the pipeline already did is not its business; `ledger` combines both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.holdings import Holding, HoldingKind, HoldingStatus
from shared.domain.policy import Pace, Policy


class ActionKind(StrEnum):
    """Every write that the pipeline makes to a holding."""

    SUSPEND = "suspend"
    CANCEL = "cancel"
    END_AT_TERM = "end_at_term"
    CANCEL_AZURE_SUBSCRIPTION = "cancel_azure_subscription"
    SUSPEND_AZURE_PLAN = "suspend_azure_plan"
    CANCEL_ORDER = "cancel_order"
    RETURN_RESERVATION = "return_reservation"


SUSPEND_STAGE = frozenset({ActionKind.SUSPEND})
"""Safe once suspended (not billed, does not block): everything else belongs to the cancel stage."""


class Cause(StrEnum):
    """Why a holding blocks the removal: the stable code of a blocker."""

    ACTION_DUE = "action_due"
    SETTLING = "settling"
    IN_TERM = "in_term"
    RENEWING = "renewing"
    WAITS_FOR_CHILDREN = "waits_for_azure_subscriptions"
    PENDING_AT_MICROSOFT = "pending_at_microsoft"
    OPEN_TRANSFER = "open_transfer"
    NO_TERM_END = "no_term_end"
    NEVER_CANCELLABLE = "never_cancellable"
    NOT_SUPPORTED = "not_supported"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_KIND = "unknown_kind"
    NOT_REFUNDED = "not_refunded"
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
    """Safe (no action, no blocker), or a blocker, with the action that the pipeline takes about it."""

    action: ActionKind | None = None
    blocker: Blocker | None = None
    closes_at: datetime | None = None

    @property
    def safe(self) -> bool:
        return self.blocker is None


SAFE = Disposition()
_Rule = Callable[[Holding, Policy, Pace, datetime], Disposition]


def disposition(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    """What to do about this holding at `now` (aware UTC, business time)."""
    if holding.status is HoldingStatus.UNKNOWN:
        return Disposition(
            blocker=_person(
                holding,
                Cause.UNKNOWN_STATUS,
                f"status {holding.raw_status!r} is not known",
                "Look at it in Partner Center; end it there, then resume.",
            )
        )
    if holding.ended:
        return SAFE
    if holding.status is HoldingStatus.PENDING and holding.kind is not HoldingKind.PENDING_ORDER:
        return Disposition(
            blocker=_recheck(holding, Cause.PENDING_AT_MICROSOFT, "is still being provisioned", now, pace)
        )
    return _RULES[holding.kind](holding, policy, pace, now)


def _legacy(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    # Suspended legacy licences and legacy Azure are unbilled and do not block (remove a reseller relationship).
    if holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return Disposition(ActionKind.SUSPEND, _due(holding, "is active and will be suspended"))


def _nce(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    suspended = holding.status is HoldingStatus.SUSPENDED
    open_until = holding.cancellable_until
    if open_until is not None and open_until > now:
        what = "is inside its cancellation window and will be cancelled"
        return Disposition(ActionKind.CANCEL, _due(holding, what), closes_at=open_until)
    if holding.kind is HoldingKind.TRIAL and not suspended:
        return Disposition(ActionKind.CANCEL, _due(holding, "is a trial and will be cancelled"))
    if suspended and not policy.strict_nce:
        return SAFE
    if holding.term_end is None:
        detail = "cannot be cancelled now and shows no end of its term"
        return Disposition(
            blocker=_person(
                holding,
                Cause.NO_TERM_END,
                detail,
                "Ask Microsoft for its end date or cancel it, then resume.",
            )
        )
    if holding.term_end <= now:
        return _term_over(holding, pace, now)
    if holding.ends_at_term or suspended:
        # Edits on a suspended licence are refused (800091), so its term end is all that there is.
        return Disposition(blocker=_in_term(holding, "is outside its cancellation window and ends with its term"))
    blocker = _in_term(
        holding,
        "is outside its cancellation window; renewal is switched off and a cancel at term end recorded",
    )
    return Disposition(ActionKind.END_AT_TERM, blocker)


def _term_over(holding: Holding, pace: Pace, now: datetime) -> Disposition:
    # The renewal job may take 24 hours after the inclusive end date (create scheduled changes).
    job_ends = holding.term_end + pace.renewal_job if holding.term_end else now
    if now < job_ends:
        return Disposition(
            blocker=_recheck(holding, Cause.RENEWING, "has reached its term end; Microsoft is processing it", now, pace)
        )
    detail = "is past its term end and still not ended"
    return Disposition(
        blocker=_person(holding, Cause.NO_TERM_END, detail, "Open a support case with Microsoft, then resume.")
    )


def _azure_subscription(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    return Disposition(ActionKind.CANCEL_AZURE_SUBSCRIPTION, _due(holding, "is active and will be cancelled"))


def _azure_plan(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    if holding.active_children:
        # A suspension now would be refused with 403/900115.
        detail = f"has {holding.active_children} active Azure subscription(s); it is suspended when they are inactive"
        return Disposition(blocker=_recheck(holding, Cause.WAITS_FOR_CHILDREN, detail, now, pace))
    if holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return Disposition(
        ActionKind.SUSPEND_AZURE_PLAN, _due(holding, "has no active Azure subscription and will be suspended")
    )


def _reservation(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    if holding.term_end is not None and holding.term_end <= now:
        return Disposition(
            blocker=_recheck(holding, Cause.PENDING_AT_MICROSOFT, "has expired; Azure has not said so yet", now, pace)
        )
    if policy.refund_reservations:
        return Disposition(ActionKind.RETURN_RESERVATION, _due(holding, "is live and will be returned for a refund"))
    if holding.term_end is None:
        return Disposition(
            blocker=_person(
                holding, Cause.NO_TERM_END, "is live and shows no expiry", "Return it in Azure, then resume."
            )
        )
    return Disposition(blocker=_in_term(holding, "is live; refunds are switched off by policy", Cause.NOT_REFUNDED))


def _perpetual(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    open_until = holding.cancellable_until
    if open_until is not None and open_until > now:
        what = "is inside its 30-day cancellation window and will be cancelled"
        return Disposition(ActionKind.CANCEL_ORDER, _due(holding, what), closes_at=open_until)
    if open_until is None:
        return Disposition(
            blocker=_person(
                holding,
                Cause.NO_TERM_END,
                "shows no purchase date",
                "Check the order in Partner Center, then resume.",
            )
        )
    if policy.perpetual_past_window_blocks:
        detail = "can no longer be cancelled"
        return Disposition(
            blocker=_person(
                holding,
                Cause.NEVER_CANCELLABLE,
                detail,
                "Allow it by policy or settle it with Microsoft, then resume.",
            )
        )
    return SAFE


def _savings_plan(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    if holding.term_end is None or holding.term_end <= now:
        return Disposition(
            blocker=_person(
                holding,
                Cause.NEVER_CANCELLABLE,
                "is a savings plan without a future end date",
                "Settle it with Microsoft support, then resume.",
            )
        )
    return Disposition(
        blocker=_in_term(
            holding,
            "is a savings plan: it cannot be cancelled, refunded or exchanged",
            Cause.NEVER_CANCELLABLE,
        )
    )


def _pending_order(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    return Disposition(
        blocker=_recheck(holding, Cause.PENDING_AT_MICROSOFT, f"is an order in state {holding.raw_status!r}", now, pace)
    )


def _transfer(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    detail = "is an open transfer to another partner; it locks the subscriptions in it"
    return Disposition(
        blocker=_person(holding, Cause.OPEN_TRANSFER, detail, "Let the customer accept it or cancel it, then resume.")
    )


def _not_supported(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    detail = f"is {holding.status.value}; this kind ({holding.kind.value}) is not ended automatically"
    return Disposition(
        blocker=_person(holding, Cause.NOT_SUPPORTED, detail, "Cancel it in Partner Center, then resume.")
    )


def _unknown(holding: Holding, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    detail = "is of a kind that is not known"
    return Disposition(blocker=_person(holding, Cause.UNKNOWN_KIND, detail, "End it in Partner Center, then resume."))


_RULES: dict[HoldingKind, _Rule] = {
    HoldingKind.LEGACY_LICENCE: _legacy,
    HoldingKind.LEGACY_AZURE: _legacy,
    HoldingKind.NCE_LICENCE: _nce,
    HoldingKind.TRIAL: _nce,
    HoldingKind.AZURE_SUBSCRIPTION: _azure_subscription,
    HoldingKind.AZURE_PLAN: _azure_plan,
    HoldingKind.RESERVATION: _reservation,
    HoldingKind.PERPETUAL_SOFTWARE: _perpetual,
    HoldingKind.SAVINGS_PLAN: _savings_plan,
    HoldingKind.PENDING_ORDER: _pending_order,
    HoldingKind.OPEN_TRANSFER: _transfer,
    HoldingKind.SOFTWARE_SUBSCRIPTION: _not_supported,
    HoldingKind.MARKETPLACE: _not_supported,
    HoldingKind.UNKNOWN: _unknown,
}


def _due(holding: Holding, detail: str) -> Blocker:
    return Blocker(holding.key, holding.name, Cause.ACTION_DUE, Remedy.PIPELINE, detail)


def _in_term(holding: Holding, detail: str, cause: Cause = Cause.IN_TERM) -> Blocker:
    return Blocker(
        holding.key,
        holding.name,
        cause,
        Remedy.DATE,
        detail,
        until=holding.term_end,
        paid_until=holding.term_end,
    )


def _recheck(holding: Holding, cause: Cause, detail: str, now: datetime, pace: Pace) -> Blocker:
    return Blocker(holding.key, holding.name, cause, Remedy.RECHECK, detail, until=now + pace.recheck)


def _person(holding: Holding, cause: Cause, detail: str, what_to_do: str) -> Blocker:
    return Blocker(holding.key, holding.name, cause, Remedy.PERSON, detail, what_to_do)
