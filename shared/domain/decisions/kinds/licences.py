"""Licences: legacy, new commerce (NCE), trials and add-ons."""

from __future__ import annotations

from shared.domain.decisions.blockers import SAFE, ActionKind, Case, Disposition
from shared.domain.decisions.kinds.terms import until_term_end
from shared.domain.holdings.model import HoldingStatus


def legacy(case: Case) -> Disposition:
    """Suspended legacy licences and legacy Azure are unbilled and do not block (remove a reseller relationship)."""
    if case.holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return case.act(ActionKind.SUSPEND, "is active and has to be suspended")


def new_commerce(case: Case) -> Disposition:
    """Cancelled in its window, else it ends with its term; never suspended by us, because it would still be billed.

    A trial and an extended service term can be cancelled at any time.
    """
    if (window := case.window) is not None:
        return case.cancel(window)
    if case.holding.status is HoldingStatus.SUSPENDED and not case.policy.strict_nce:
        return SAFE
    return until_term_end(case, may_reactivate=True)
