"""What must happen to one holding, and why it still blocks: the first of the two decisions that matter.

`disposition(holding, policy, pace, now)` is pure and total: every kind and state has an answer, and what is not
understood blocks (I8). What the pipeline already did is not its business; `history` combines both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.domain.decisions.blockers import SAFE, Case, Cause, Disposition
from shared.domain.decisions.kinds.azure import azure_plan, azure_subscription
from shared.domain.decisions.kinds.commitments import reservation, savings_plan
from shared.domain.decisions.kinds.licences import legacy, new_commerce
from shared.domain.decisions.kinds.marketplace import marketplace
from shared.domain.decisions.kinds.open_matters import open_transfer, pending_order, unknown
from shared.domain.decisions.kinds.software import perpetual_software, software_subscription
from shared.domain.decisions.open_seats import KeptBack
from shared.domain.decisions.resellers import ASK, is_foreign
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy

RULES: dict[HoldingKind, Callable[[Case], Disposition]] = {
    HoldingKind.LEGACY_LICENCE: legacy,
    HoldingKind.LEGACY_AZURE: legacy,
    HoldingKind.NCE_LICENCE: new_commerce,
    HoldingKind.TRIAL: new_commerce,
    HoldingKind.AZURE_SUBSCRIPTION: azure_subscription,
    HoldingKind.AZURE_PLAN: azure_plan,
    HoldingKind.RESERVATION: reservation,
    HoldingKind.SAVINGS_PLAN: savings_plan,
    HoldingKind.PERPETUAL_SOFTWARE: perpetual_software,
    HoldingKind.SOFTWARE_SUBSCRIPTION: software_subscription,
    HoldingKind.MARKETPLACE: marketplace,
    HoldingKind.PENDING_ORDER: pending_order,
    HoldingKind.OPEN_TRANSFER: open_transfer,
    HoldingKind.UNKNOWN: unknown,
}
PENDING_HAS_A_RULE = frozenset({HoldingKind.PENDING_ORDER, HoldingKind.MARKETPLACE})


def disposition(
    holding: Holding,
    policy: Policy,
    pace: Pace,
    now: datetime,
    *,
    cancel_refused: bool = False,
    end_refused: bool = False,
    end_again_at: datetime | None = None,
    seats_after: datetime | None = None,
    seats_kept: KeptBack | None = None,
    quote_refused: bool = False,
) -> Disposition:
    """What to do about this holding at `now` (aware UTC, business time); see `Case` for what was refused before."""
    refused = (cancel_refused, end_refused, end_again_at, seats_after, seats_kept, quote_refused)
    case = Case(holding, policy, pace, now, *refused)
    if holding.status is HoldingStatus.UNKNOWN:
        detail = f"has the status {holding.raw_status!r}, which the pipeline does not know"
        return case.person(Cause.UNKNOWN_STATUS, detail, "Look at it in Partner Center; end it there, then resume.")
    if holding.ended:
        return SAFE
    if is_foreign(holding, policy):
        named = f"reseller {policy.reseller}" if policy.reseller else "no reseller"
        detail = f"belongs to reseller {holding.reseller}, and the request names {named}"
        return case.person(Cause.OTHER_RESELLER, detail, ASK)
    if holding.status is HoldingStatus.PENDING and holding.kind not in PENDING_HAS_A_RULE:
        return case.recheck(Cause.PENDING_AT_MICROSOFT, "is still being provisioned")
    return RULES[holding.kind](case)
