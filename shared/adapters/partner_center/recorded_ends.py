"""Whether a subscription shows already that it ends with its term: then no PATCH is sent."""

from __future__ import annotations

from shared.adapters.http.record import Record


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
