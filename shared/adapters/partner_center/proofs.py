"""What a Partner Center resource has to show before a write counts as completed."""

from __future__ import annotations

from collections.abc import Callable

from shared.adapters.http.record import Record
from shared.adapters.partner_center.wire.orders import order


def has_status(wanted: str) -> Callable[[Record], bool]:
    """The resource is in state `wanted`."""
    return lambda record: (record.text("status") or "").casefold() == wanted


def ends_at_term(record: Record) -> bool:
    """Auto-renew is off, and Cancel is the one thing that is scheduled for the end of the term."""
    at_term_end = [
        (action.text("actionType") or "").casefold()
        for action in record.children("scheduledActions")
        if (action.text("scheduleType") or "").casefold() == "termend"
    ]
    return record.flag("autoRenewEnabled") is False and set(at_term_end) == {"cancel"}


def renews_not(record: Record) -> bool:
    """Auto-renew is off; an absent flag does not say so."""
    return record.flag("autoRenewEnabled") is False


def is_cancelled(line_number: int) -> Callable[[Record], bool]:
    """The line is cancelled. Documented answers show it in either of two ways: by the order's status with the
    quantities unchanged, or by a quantity of 0 in the line."""

    def shown(record: Record) -> bool:
        read = order(record)
        by_line = any(line.number == line_number and line.quantity == 0 for line in read.lines)
        return (read.status or "").casefold() == "cancelled" or by_line

    return shown
