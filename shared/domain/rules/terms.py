"""What cannot be cancelled today ends with its term: renewal off, the end recorded, and then waiting for the date."""

from __future__ import annotations

from shared.domain.blockers import ActionKind, Case, Cause, Disposition
from shared.domain.holdings import HoldingStatus


def until_term_end(case: Case, *, may_reactivate: bool = False) -> Disposition:
    """A commitment outside its window. A suspended one cannot be edited (800091), so only its date is left, unless the
    request allows to switch it on again for the edit."""
    holding = case.holding
    if holding.term_end is None:
        detail = "cannot be cancelled now and shows no end of its term"
        return case.person(Cause.NO_TERM_END, detail, "Ask Microsoft for its end date or cancel it, then resume.")
    if holding.term_end <= case.now:
        return _term_over(case)
    if holding.status is HoldingStatus.SUSPENDED:
        if holding.ends_at_term:
            return case.dated("is suspended, still billed, and ends with its term, as recorded")
        if may_reactivate and case.policy.reactivate_suspended:
            detail = "is suspended and outside its window; it is switched on to record that it ends with its term"
            return case.dated(detail, action=ActionKind.REACTIVATE)
        return case.dated("is suspended, still billed and outside its cancellation window; it ends with its term")
    if holding.ends_at_term:
        return case.dated("is outside its cancellation window and ends with its term")
    if case.end_refused and holding.auto_renew is False:
        # Safe under either answer: it ends, or it rolls into an extended term, which can be cancelled at any time.
        return case.dated("does not renew; Microsoft did not record the cancel at its term end, which is checked then")
    detail = "is outside its cancellation window; renewal is switched off and a cancel at term end recorded"
    return case.dated(detail, action=ActionKind.END_AT_TERM)


def _term_over(case: Case) -> Disposition:
    # The renewal job may take 24 hours after the inclusive end date (create scheduled changes).
    if case.holding.term_end is not None and case.now < case.holding.term_end + case.pace.renewal_job:
        return case.recheck(Cause.RENEWING, "has reached its term end; Microsoft is processing it")
    detail = "is past its term end and still not ended"
    return case.person(Cause.NO_TERM_END, detail, "Open a support case with Microsoft, then resume.")
