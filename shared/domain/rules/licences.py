"""Licences: legacy, new commerce (NCE), trials and add-ons."""

from __future__ import annotations

from shared.domain.blockers import SAFE, ActionKind, Case, Disposition
from shared.domain.holdings import HoldingKind, HoldingStatus
from shared.domain.rules.terms import until_term_end


def legacy(case: Case) -> Disposition:
    """Suspended legacy licences and legacy Azure are unbilled and do not block (remove a reseller relationship)."""
    if case.holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return case.act(ActionKind.SUSPEND, "is active and will be suspended")


def new_commerce(case: Case) -> Disposition:
    """Cancelled in its window, else it ends with its term; never suspended by us, because it would still be billed.

    An extended service term can be cancelled at any time: its window is open until its end.
    """
    suspended = case.holding.status is HoldingStatus.SUSPENDED
    if case.window_open:
        return case.act(ActionKind.CANCEL, "is inside its cancellation window and will be cancelled")
    if case.holding.kind is HoldingKind.TRIAL and not suspended and not case.cancel_refused:
        return case.act(ActionKind.CANCEL, "is a trial and will be cancelled")
    if suspended and not case.policy.strict_nce:
        return SAFE
    return until_term_end(case, may_reactivate=True)
