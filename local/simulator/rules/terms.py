"""Cancellation windows and term arithmetic."""

from datetime import datetime, timedelta

from local.simulator.tenant.kinds import Kind
from local.simulator.times import parse_period

# "Cancel a new-commerce subscription": 7 days for licences and software subscriptions; the marketplace
# refund policy: 72 hours; perpetual software: 30 days.
WINDOWS = {
    Kind.NCE_LICENCE: timedelta(hours=168),
    Kind.SOFTWARE_SUBSCRIPTION: timedelta(hours=168),
    Kind.MARKETPLACE: timedelta(hours=72),
}
PERPETUAL_WINDOW = timedelta(days=30)
EXPIRED_FOR = timedelta(days=30)
DISABLED_FOR = timedelta(days=90)
LEGACY_SUSPENDED_FOR = timedelta(days=90)
MAXIMUM_UPDATES = 1200
# "Self-service exchanges and refunds for Azure reservations": these kinds cannot be refunded.
NOT_REFUNDABLE = frozenset({"RedHat", "RedHatOsa", "SuseLinux", "Databricks", "SqlDataWarehouse", "VMwareCloudSimple"})
OPEN_ENDED = frozenset({Kind.AZURE_PLAN, Kind.LEGACY_AZURE})


def window_end(kind: Kind, opened_at: datetime, term_ends_at: datetime | None) -> datetime | None:
    """When the cancellation window that opened at *opened_at* closes; trials stay open until their end."""
    if kind is Kind.NCE_TRIAL:
        return term_ends_at
    window = WINDOWS.get(kind)
    return opened_at + window if window is not None else None


def seats_until(kind: Kind, added_at: datetime) -> datetime:
    """Until when seats added at *added_at* can be given back: they have a window of their own."""
    return added_at + WINDOWS.get(kind, timedelta(hours=168))


def next_term_end(ended_at: datetime, duration: str) -> datetime:
    """The end of the term that follows the one that ended at *ended_at*."""
    return parse_period(duration).after(ended_at)


def window_hours(kind: Kind) -> int:
    """The length of the window in hours, as error 900213 names it."""
    return int(WINDOWS.get(kind, timedelta(hours=168)).total_seconds() // 3600)
