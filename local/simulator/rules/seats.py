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
from local.simulator.rules.terms import seats_until, window_hours
from local.simulator.tenant.kinds import Kind, Status
from local.simulator.tenant.subscription import AddedSeats, Subscription

MOST_SEATS = 1_000_000
WITH_MORE = frozenset({Kind.NCE_LICENCE, Kind.MARKETPLACE})
"""Kinds of which seats can be added to a running term."""
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
    """The subscription with more or fewer seats. ApiError: too few or too many, or not within their windows."""
    fewer = subscription.quantity - quantity
    if not 1 <= quantity <= MOST_SEATS:
        raise refuse("800002", text=f"quantity must be from 1 to {MOST_SEATS}")
    if subscription.kind is Kind.LEGACY_LICENCE:  # changed at any time, and has no windows
        return replace(subscription, quantity=quantity)
    if subscription.kind not in (WITH_MORE if fewer < 0 else WINDOWED):
        raise refuse("800095", id=subscription.id)
    if fewer < 0:
        return with_more(subscription, (AddedSeats(-fewer, seats_until(subscription.kind, now)),), knobs)
    if fewer > sum(one.quantity for one in refundable(subscription, now)):
        hours = window_hours(subscription.kind)
        raise refuse("900214" if knobs.window_code == "hours" else "900257", hours=hours, days=hours // 24)
    left = _left(subscription.added_seats, fewer, now)
    return changed_in_term(replace(subscription, quantity=quantity, added_seats=left), knobs)


def with_more(subscription: Subscription, seats: tuple[AddedSeats, ...], knobs: Knobs) -> Subscription:
    """The subscription with more seats, each lot with its own window."""
    more = sum(one.quantity for one in seats)
    bought = replace(
        subscription, quantity=subscription.quantity + more, added_seats=(*subscription.added_seats, *seats)
    )
    return changed_in_term(bought, knobs)


def changed_in_term(subscription: Subscription, knobs: Knobs) -> Subscription:
    """Without what was scheduled for the end of the term; a trial always has instructions."""
    if knobs.mid_term_change == "keepsSchedules":
        return subscription
    actions = subscription.scheduled_actions if knobs.mid_term_change == "dropsInstructions" else ()
    next_term = subscription.next_term if subscription.kind is Kind.NCE_TRIAL else None
    return replace(subscription, scheduled_actions=actions, next_term=next_term)


def _left(added: tuple[AddedSeats, ...], fewer: int, now: datetime) -> tuple[AddedSeats, ...]:
    """What is left of the added seats: the newest go first."""
    left = []
    for one in sorted(added, key=lambda one: one.until, reverse=True):
        gone = min(fewer, one.quantity) if now < one.until else 0
        fewer -= gone
        if one.quantity > gone:
            left.append(replace(one, quantity=one.quantity - gone))
    return tuple(left)
