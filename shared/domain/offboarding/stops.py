"""What a dry run of stop_and_report promises: everything ends today, or nothing is touched."""

from __future__ import annotations

from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.policy import Commitments


def stops_at_once(head: Offboarding) -> str:
    """Why what was planned as a dry run would stop at once if it was sent for real; empty where it would not."""
    plan = head.plan
    if head.status is not Status.PLANNED or plan is None or head.request.commitments is not Commitments.STOP:
        return ""
    if plan.can_finish_today:
        return ""
    return f"sent for real it stops at once, and nothing is touched: {plan.why_not_today}"
