"""Marketplace SaaS: sold by a publisher, cancelled through Partner Center while its window is open."""

from __future__ import annotations

from shared.domain.decisions.blockers import SAFE, ActionKind, Case, Cause, Disposition
from shared.domain.decisions.kinds.terms import until_term_end
from shared.domain.holdings.model import HoldingStatus

_LEFT = "is left alone, because the settings or the request say so"
_PUBLISHER = "Have the customer or the publisher end it, then resume."


def marketplace(case: Case) -> Disposition:
    """Cancelled in its window, else it ends with its term, whichever of the documented behaviours is in force: past the
    window a cancel is refused, or takes effect at the renewal."""
    holding, policy = case.holding, case.policy
    suspended = holding.status is HoldingStatus.SUSPENDED
    if not policy.cancel_marketplace:
        if suspended and not policy.strict_nce:
            return SAFE
        return _left(case)
    if holding.status is HoldingStatus.PENDING:
        return _pending(case)
    if (window := case.window) is not None:
        return case.cancel(window)
    if suspended and not policy.strict_nce:
        return SAFE
    return until_term_end(case)


def _pending(case: Case) -> Disposition:
    """Bought and never activated: some answers allow a cancel, the others refuse every change (800081)."""
    if not case.cancel_refused:
        return case.act(ActionKind.CANCEL, "was never activated and has to be cancelled")
    detail = "was bought and never activated; until then every change is refused"
    what_to_do = "Activate it, or have the publisher end it, then resume."
    return case.person(Cause.PENDING_AT_MICROSOFT, detail, what_to_do)


def _left(case: Case) -> Disposition:
    if case.holding.term_end is not None and case.holding.term_end > case.now and case.holding.auto_renew is False:
        return case.dated(f"{_LEFT}; it does not renew and ends with its term", Cause.LEFT_BY_POLICY)
    return case.person(Cause.LEFT_BY_POLICY, f"{_LEFT}, and goes on", _PUBLISHER)
