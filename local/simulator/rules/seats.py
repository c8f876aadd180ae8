"""Seats that can be given back: what shows of them, and the decision on a PATCH of the quantity.

Source: "Subscription resources" (refundableQuantity), "Cancel a new-commerce subscription" (seats added later have a
window of their own), "Error codes" (800095, 900214, 900257), "Create scheduled changes" (a change in the term deletes
what is scheduled for its end).
"""

from dataclasses import replace
from datetime import datetime

from local.simulator.errors import refuse
from local.simulator.knobs import Knobs
from local.simulator.rules.conditions import WINDOWED, in_window
from local.simulator.rules.terms import window_hours
from local.simulator.tenant.kinds import Kind, Status
from local.simulator.tenant.subscription import AddedSeats, Subscription

_RUNNING = frozenset({Status.ACTIVE, Status.SUSPENDED})


def refundable(subscription: Subscription, now: datetime) -> tuple[AddedSeats, ...]:
    """The seats that can be given back at *now* and until when, newest first; all of them while the window is open."""
    if subscription.status not in _RUNNING:
        return ()
    found = [one for one in subscription.added_seats if now < one.until]
    bought = subscription.quantity - sum(one.quantity for one in subscription.added_seats)
    if subscription.cancel_until is not None and in_window(subscription, now):
        found.append(AddedSeats(bought, subscription.cancel_until))
    return tuple(sorted((one for one in found if one.quantity > 0), key=lambda one: one.until, reverse=True))


def with_quantity(subscription: Subscription, quantity: int, knobs: Knobs, now: datetime) -> Subscription:
    """The subscription with fewer seats. ApiError: more seats, too few, or not within their windows."""
    fewer = subscription.quantity - quantity
    if quantity < 1:
        raise refuse("800002", text="quantity must be at least 1")
    if fewer < 0 or subscription.kind not in WINDOWED:
        raise refuse("800095", id=subscription.id)
    if fewer > sum(one.quantity for one in refundable(subscription, now)):
        hours = window_hours(subscription.kind)
        raise refuse("900214" if knobs.window_code == "hours" else "900257", hours=hours, days=hours // 24)
    return replace(
        subscription,
        quantity=quantity,
        added_seats=_left(subscription.added_seats, fewer, now),
        scheduled_actions=(),
        next_term=subscription.next_term if subscription.kind is Kind.NCE_TRIAL else None,
    )


def _left(added: tuple[AddedSeats, ...], fewer: int, now: datetime) -> tuple[AddedSeats, ...]:
    """What is left of the added seats: the newest go first."""
    left = []
    for one in sorted(added, key=lambda one: one.until, reverse=True):
        gone = min(fewer, one.quantity) if now < one.until else 0
        fewer -= gone
        if one.quantity > gone:
            left.append(replace(one, quantity=one.quantity - gone))
    return tuple(left)
