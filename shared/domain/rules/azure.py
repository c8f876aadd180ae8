"""Azure: the plan and the subscriptions below it."""

from __future__ import annotations

from shared.domain.blockers import SAFE, ActionKind, Case, Cause, Disposition
from shared.domain.holdings import HoldingStatus


def azure_subscription(case: Case) -> Disposition:
    """Cancelled one by one; Microsoft needs about ten minutes to show it."""
    return case.act(ActionKind.CANCEL_AZURE_SUBSCRIPTION, "is active and will be cancelled")


def azure_plan(case: Case) -> Disposition:
    """Suspended when nothing below it is active: a suspension before is refused (403/900115)."""
    children = case.holding.active_children
    if children:
        detail = f"has {children} active Azure subscription(s); it is suspended when they are inactive"
        return case.recheck(Cause.WAITS_FOR_CHILDREN, detail)
    if case.holding.status is HoldingStatus.SUSPENDED:
        return SAFE
    return case.act(ActionKind.SUSPEND_AZURE_PLAN, "has no active Azure subscription and will be suspended")
