"""Software: subscriptions to server products, and perpetual licences bought through an order."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.blockers import SAFE, ActionKind, Case, Cause, Disposition
from shared.domain.decisions.kinds.terms import until_term_end
from shared.domain.holdings.model import HoldingStatus


def software_subscription(case: Case) -> Disposition:
    """Seven days to cancel, then it runs to the end of its one or three years; never suspended by us."""
    if (window := case.window) is not None:
        return case.cancel(window)
    if case.holding.status is HoldingStatus.SUSPENDED and not case.policy.strict_nce:
        return SAFE
    return until_term_end(case)


def perpetual_software(case: Case) -> Disposition:
    """Thirty days through its order; afterwards it is the customer's for ever: only reported, unless policy blocks."""
    holding = case.holding
    if case.window is not None:
        return case.act(ActionKind.CANCEL_ORDER, "is inside its 30-day cancellation window and has to be cancelled")
    if holding.cancellable_until is None and not case.cancel_refused:
        detail = "shows no purchase date; its cancellation has to be tried"
        return replace(case.act(ActionKind.CANCEL_ORDER, detail), sure=False)
    if case.policy.perpetual_past_window_blocks:
        what_to_do = "Allow it by policy or settle it with Microsoft, then resume."
        return case.person(Cause.NEVER_CANCELLABLE, "can no longer be cancelled", what_to_do)
    return SAFE
