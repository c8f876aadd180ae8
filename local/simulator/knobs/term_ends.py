"""What becomes of holdings when a term ends or a transfer completes."""

from datetime import date
from typing import Literal

from local.simulator.knobs.model import Model


class TermEnds(Model):
    """Extended service terms ("Extended service terms"), renewal jobs, ends."""

    est: bool = True
    """A licence without an end action rolls into a paid extended service term."""
    est_from: date = date(2026, 5, 4)
    """Terms that end on or after this day can be extended."""
    est_bought_from: date = date(2025, 4, 1)
    """Only what was bought on or after this day is extended by itself."""
    without_monthly_term: tuple[str, ...] = ()
    """Ids of products that are sold for years only; the other licences have a monthly term as well."""
    availabilities: Literal["collection", "single"] = "collection"
    """Both documented: the availabilities of a SKU as a collection (reference), or one alone (how-to page)."""
    est_backfill: Literal["never", "open", "all"] = "never"
    """Open: Microsoft may stamp RenewToExtendedServiceTerm onto licences whose auto-renew is off: those without an
    end action (open), or all of them, in place of a scheduled Cancel too (all). Once, on the day estBackfillOn."""
    est_backfill_on: date = date(2026, 5, 4)
    """The day (UTC) of the backfill."""
    suspended_at_term_end: Literal["disabled", "expired", "est"] = "disabled"
    """Open: what becomes of a suspended licence at its term's end; the pages contradict each other."""
    scheduled_cancel_ends: Literal["disabled", "deleted"] = "disabled"
    """Open: the status right after a scheduled Cancel took effect (disabled becomes deleted after 90 days)."""
    renewal_job_cancel: Literal["conflict", "allow"] = "conflict"
    """Open: cancelling while the renewal job runs "may be attempted": 409, or it works."""
    transferred: Literal["deleted", "absent", "stay"] = "deleted"
    """Open: what a completed transfer leaves behind: deleted subscriptions, none, or all of them for now."""
