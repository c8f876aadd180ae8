"""Which row of the truth table a subscription is in at a moment."""

from datetime import datetime
from enum import StrEnum

from local.simulator.tenant.kinds import Job, Kind, Status
from local.simulator.tenant.subscription import Subscription

WINDOWED = frozenset({Kind.NCE_LICENCE, Kind.NCE_TRIAL, Kind.SOFTWARE_SUBSCRIPTION, Kind.MARKETPLACE})
_ANNUAL = frozenset({"P1Y", "P3Y"})


class Condition(StrEnum):
    """The states that the table tells apart."""

    ACTIVE = "active"
    ACTIVE_LOCKED = "activeLocked"
    ACTIVE_IN_WINDOW = "activeInWindow"
    ACTIVE_PAST_WINDOW = "activePastWindow"
    ANNUAL_PAST_WINDOW = "annualPastWindow"
    ACTIVE_IN_USE = "activeInUse"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    SUSPENDED_IN_WINDOW = "suspendedInWindow"
    SUSPENDED_PAST_WINDOW = "suspendedPastWindow"
    SUSPENDED_ANNUAL_PAST_WINDOW = "suspendedAnnualPastWindow"
    PENDING = "pending"
    PENDING_OPERATION = "pendingOperation"
    RENEWING = "renewing"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    DISABLED = "disabled"
    DELETED = "deleted"


_PLAIN = {
    Status.DELETED: Condition.DELETED,
    Status.PENDING: Condition.PENDING,
    Status.NONE: Condition.PENDING,
    Status.EXPIRED: Condition.EXPIRED,
    Status.DISABLED: Condition.DISABLED,
}
_JOBS = {Job.RENEWING: Condition.RENEWING, Job.EXPIRING: Condition.EXPIRING}


def in_window(subscription: Subscription, now: datetime) -> bool:
    """Whether it can still be cancelled by ourselves: cancellationAllowedUntilDate lies ahead."""
    return subscription.cancel_until is not None and now < subscription.cancel_until


def pending_operation(subscription: Subscription, now: datetime) -> bool:
    """Whether an accepted change, or another administrator's, has not settled yet."""
    until = subscription.pending_operation_until
    return subscription.pending_state is not None or (until is not None and now < until)


def condition(subscription: Subscription, now: datetime, active_entitlements: int) -> Condition:
    """The condition at *now*; *active_entitlements* counts the active Azure subscriptions under a plan."""
    status = subscription.status
    if status is Status.DELETED:
        return Condition.DELETED
    if pending_operation(subscription, now):
        return Condition.PENDING_OPERATION
    if subscription.job is not None:
        return _JOBS[subscription.job]
    if status in _PLAIN:
        return _PLAIN[status]
    if subscription.kind not in WINDOWED:
        return _without_window(subscription, active_entitlements)
    return _with_window(subscription, now)


def _without_window(subscription: Subscription, active_entitlements: int) -> Condition:
    if subscription.status is Status.SUSPENDED:
        return Condition.SUSPENDED
    if subscription.kind is Kind.AZURE_PLAN and active_entitlements:
        return Condition.ACTIVE_IN_USE
    if subscription.kind is Kind.LEGACY_LICENCE and subscription.renewal_locked:
        return Condition.ACTIVE_LOCKED
    return Condition.ACTIVE


def _with_window(subscription: Subscription, now: datetime) -> Condition:
    annual = subscription.kind is Kind.MARKETPLACE and subscription.term_duration in _ANNUAL
    inside = in_window(subscription, now)
    if subscription.status is Status.SUSPENDED:
        if inside:
            return Condition.SUSPENDED_IN_WINDOW
        return Condition.SUSPENDED_ANNUAL_PAST_WINDOW if annual else Condition.SUSPENDED_PAST_WINDOW
    if subscription.extended:
        return Condition.EXTENDED
    if inside:
        return Condition.ACTIVE_IN_WINDOW
    return Condition.ANNUAL_PAST_WINDOW if annual else Condition.ACTIVE_PAST_WINDOW
