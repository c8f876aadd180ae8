"""What cannot be cancelled today ends with its term: renewal off, the end recorded, and then waiting for the date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind, Case, Cause, Disposition
from shared.domain.decisions.kinds.seats import with_seats
from shared.domain.holdings.model import HoldingStatus


def until_term_end(case: Case, *, may_reactivate: bool = False) -> Disposition:
    """A commitment outside its window; what can still be given back of it is told, and given back before."""
    return with_seats(case, _until_term_end(case, may_reactivate=may_reactivate))


def _until_term_end(case: Case, *, may_reactivate: bool) -> Disposition:
    """A suspended one cannot be edited (800091), so only its date is left, unless the
    request allows to switch it on again for the edit."""
    holding = case.holding
    if holding.term_end is None:
        return _without_end(case)
    if holding.term_end <= case.now:
        return _term_over(case)
    if holding.status is HoldingStatus.SUSPENDED:
        if holding.ends_at_term:
            return case.dated("is suspended, is still billed, and ends with its term, as recorded")
        if may_reactivate and case.policy.reactivate_suspended:
            detail = "is suspended outside its window; it has to be switched on to record that it ends with its term"
            return case.dated(detail, action=ActionKind.REACTIVATE)
        return case.dated(
            "is suspended, is still billed, and is outside its cancellation window; it ends with its term"
        )
    if holding.ends_at_term:
        return case.dated("is outside its cancellation window and ends with its term, as recorded")
    if case.end_refused and holding.auto_renew is False:
        # Safe under either answer: it ends, or it rolls into an extended term, which can be cancelled at any time.
        # Until then its end is tried again: an extended term is paid.
        detail = "does not renew; Microsoft did not record its cancel at term end, which will be tried again"
        found = case.dated(f"{detail} and checked at its end")
        return _tried_again(found, case.end_again_at)
    detail = "can only end with its term: renewal has to be switched off, and a cancel at term end recorded"
    return case.dated(detail, action=ActionKind.END_AT_TERM)


def _tried_again(found: Disposition, at: datetime | None) -> Disposition:
    return replace(found, blocker=replace(found.blocker, again_at=at)) if found.blocker else found


def _without_end(case: Case) -> Disposition:
    """Nobody knows when it renews, so its renewal is switched off at once; a person is asked all the same."""
    holding = case.holding
    what_to_do = "Ask Microsoft for its end date or cancel it, then resume."
    if holding.ends_at_term:
        detail = "cannot be cancelled now, does not renew, as recorded, and shows no end of its term"
        return case.person(Cause.NO_TERM_END, detail, what_to_do)
    found = case.person(Cause.NO_TERM_END, "cannot be cancelled now and shows no end of its term", what_to_do)
    if holding.status is HoldingStatus.SUSPENDED or case.end_refused:
        return found
    detail = "cannot be cancelled now and shows no end of its term; its renewal has to be switched off"
    return replace(case.person(Cause.NO_TERM_END, detail, what_to_do), action=ActionKind.END_AT_TERM)


def _term_over(case: Case) -> Disposition:
    # The renewal job may take 24 hours after the inclusive end date (create scheduled changes).
    if case.holding.term_end is not None and case.now < case.holding.term_end + case.pace.renewal_job:
        found = case.recheck(Cause.RENEWING, "has reached its term end; Microsoft is processing it")
        paid = case.holding.term_end if case.holding.ends_at_term else None
        return replace(found, blocker=replace(found.blocker, paid_until=paid)) if found.blocker else found
    detail = "is past its term end and still not ended"
    return case.person(Cause.NO_TERM_END, detail, "Open a support case with Microsoft, then resume.")
