"""What refusals teach about one holding: which way of ending it is closed, and which is left."""

from __future__ import annotations

from shared.domain.blockers import ActionKind
from shared.domain.holdings import HoldingStatus
from shared.domain.ledger import ActionRecord, ActionState, HoldingRecord

WINDOW_CLOSED = frozenset({"900117", "900213"})
"""The cancellation window has passed, counted in days or hours (Partner Center REST error codes)."""
NOT_ACTIVATED = frozenset({"800081", "800082"})
"""It cannot be changed before it was activated."""
ADD_ONS_FIRST = "800096"
"""Its status cannot be changed by a call: said of a base subscription that has live add-ons."""
INVALID_INPUT = "800002"
REFUND_REFUSED = frozenset({"SelfServiceRefundNotSupported", "RefundLimitExceeded", "PolicyError"})
"""No refund is to be had; said inside a 200 of calculateRefund as often as in a 400."""
REAPPLIED_AT_MOST = 5


def cancel_refused(record: HoldingRecord, add_ons: bool = False) -> bool:
    """The service said that this cannot be cancelled (or refunded) now; a new window is a new chance. `add_ons`: it has
    live ones; when the last of them has ended, the cancel is tried once more."""
    return record.no_refund or any(
        action.state is ActionState.REFUSED
        and action.window == record.holding.cancellable_until
        and (
            (action.kind in (ActionKind.CANCEL, ActionKind.CANCEL_ORDER) and action.code in WINDOW_CLOSED)
            or (action.kind is ActionKind.RETURN_RESERVATION and action.code in REFUND_REFUSED)
            or (record.holding.status is HoldingStatus.PENDING and action.code in NOT_ACTIVATED)
            or (_add_ons_first(action) and (add_ons or _tried_again(record)))
        )
        for action in record.actions
    )


def end_refused(record: HoldingRecord) -> bool:
    """The end with the term was refused, or was accepted again and again without showing."""
    return any(
        action.kind is ActionKind.END_AT_TERM
        and (
            action.state is ActionState.REFUSED
            or (action.state is ActionState.ACCEPTED and action.tries >= REAPPLIED_AT_MOST)
        )
        for action in record.actions
    )


def schedule_unknown(record: HoldingRecord) -> bool:
    """The service does not take scheduled actions: then only the renewal is switched off."""
    return any(_schedule_refused(action) for action in record.actions)


def overtaken(record: HoldingRecord, refused: ActionRecord, add_ons: bool = False) -> bool:
    """The reason of the refusal is gone (another window has opened, what was pending is active), or there is another
    way that was not tried yet."""
    if _schedule_refused(refused):
        return sum(map(_schedule_refused, record.actions)) == 1
    if _add_ons_first(refused):
        return not add_ons and not _tried_again(record)
    new_window = refused.code in WINDOW_CLOSED and refused.window != record.holding.cancellable_until
    return new_window or (refused.pending and record.holding.status is not HoldingStatus.PENDING)


def _add_ons_first(action: ActionRecord) -> bool:
    refused = action.kind is ActionKind.CANCEL and action.state is ActionState.REFUSED
    return refused and action.code == ADD_ONS_FIRST


def _tried_again(record: HoldingRecord) -> bool:
    window = record.holding.cancellable_until
    return sum(_add_ons_first(action) and action.window == window for action in record.actions) > 1


def _schedule_refused(action: ActionRecord) -> bool:
    refused = action.kind is ActionKind.END_AT_TERM and action.state is ActionState.REFUSED
    return refused and action.code == INVALID_INPUT
