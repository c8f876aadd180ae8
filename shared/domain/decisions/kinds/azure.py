"""Azure: the plan and the subscriptions below it."""

from __future__ import annotations

from shared.domain.decisions.blockers import SAFE, ActionKind, Case, Cause, Disposition
from shared.domain.holdings.model import HoldingStatus
from shared.domain.wording import count_of


def azure_subscription(case: Case) -> Disposition:
    """Cancelled one by one; Microsoft needs about ten minutes to show it."""
    word = case.holding.raw_status
    state = f"is {word!r}, can be switched on again" if case.holding.status is HoldingStatus.SUSPENDED else "is active"
    return case.act(ActionKind.CANCEL_AZURE_SUBSCRIPTION, f"{state} and has to be cancelled")


def azure_plan(case: Case) -> Disposition:
    """Suspended when nothing below it is active: a suspension before is refused (403/900115)."""
    children = case.holding.active_children
    if children:
        detail = f"has {count_of(children, 'active Azure subscription')}; it has to be suspended once they are inactive"
        return case.recheck(Cause.WAITS_FOR_CHILDREN, detail)
    if case.holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return case.act(ActionKind.SUSPEND_AZURE_PLAN, "has no active Azure subscription and has to be suspended")
