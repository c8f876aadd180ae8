"""The decision on a subscription PATCH: refuse with a code, or the new state and its effects."""

from dataclasses import dataclass, replace
from datetime import datetime

from local.simulator.errors import ApiError, refuse
from local.simulator.knobs import Knobs
from local.simulator.rules.catalogue_terms import terms_of
from local.simulator.rules.conditions import Condition, condition
from local.simulator.rules.outcomes import Accept, ByKnob, Outcome, Refuse, Then
from local.simulator.rules.patch_request import PatchRequest
from local.simulator.rules.seats import with_quantity
from local.simulator.rules.table import EDIT, NO_RENEWAL, Row, row
from local.simulator.rules.terms import (
    LEGACY_SUSPENDED_FOR,
    MAXIMUM_UPDATES,
    PERPETUAL_WINDOW,
    window_hours,
)
from local.simulator.tenant.kinds import ActionType, Kind, ScheduleType, Status
from local.simulator.tenant.subscription import NextTerm, ScheduledAction, Subscription

_CLOSED = frozenset({Status.DELETED, Status.EXPIRED, Status.DISABLED})
_AT_RENEWAL = (ScheduledAction(ScheduleType.TERM_END, ActionType.CANCEL),)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the decision depends on."""

    active_entitlements: int = 0
    parent: Subscription | None = None
    addons: tuple[Subscription, ...] = ()
    in_transfer: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The accepted change: new states (the subscription first, then add-ons) and effects by subscription."""

    changed: tuple[Subscription, ...]
    effects: tuple[tuple[str, str], ...]
    then: Then


def decide(
    subscription: Subscription, wanted: PatchRequest, around: Surroundings, knobs: Knobs, now: datetime
) -> Decision:
    """Apply the truth table. Raises ApiError for a refusal; has no effect itself."""
    state = condition(subscription, now, around.active_entitlements)
    rule = row(subscription.kind, state)
    outcome = _settle(_cell(rule, subscription, wanted), knobs)
    if isinstance(outcome, Refuse):
        raise _refusal(outcome, subscription, wanted)
    if around.in_transfer:
        raise refuse("900101", id=subscription.id)
    if subscription.updates >= MAXIMUM_UPDATES:
        raise refuse("900311", id=subscription.id)
    if wanted.next_term != subscription.next_term and not _is_sold(wanted.next_term, subscription.kind, knobs):
        raise refuse("800002", text="the product has no such term")
    if wanted.quantity != subscription.quantity:
        return _resize(outcome.then, subscription, wanted, knobs, now)
    return _apply(outcome.then, subscription, wanted, around, knobs, now)


def _is_sold(plan: NextTerm | None, kind: Kind, knobs: Knobs) -> bool:
    """Nobody can renew into a term that the product is not sold for."""
    sold = terms_of(kind, plan.product_id, knobs) if plan is not None else ()
    return plan is None or plan.term_duration in {term.duration for term in sold}


def _cell(rule: Row, subscription: Subscription, wanted: PatchRequest) -> Outcome:
    if wanted.status is None or wanted.status is subscription.status:
        standing_still = subscription.status is Status.SUSPENDED and not wanted.edits(subscription)
        if rule.edit is NO_RENEWAL and not wanted.edits_term(subscription):
            return EDIT
        return rule.suspend if standing_still and wanted.status is not None else rule.edit
    if wanted.status is Status.DELETED:
        return rule.cancel
    if wanted.status is Status.SUSPENDED:
        return rule.suspend
    if wanted.status is Status.ACTIVE:
        return rule.reactivate
    if isinstance(rule.edit, Refuse) and subscription.status in _CLOSED:
        return rule.edit
    raise refuse("800002", text=f"status cannot be set to {wanted.status}")


def _settle(outcome: Outcome, knobs: Knobs) -> Accept | Refuse:
    if isinstance(outcome, ByKnob):
        return dict(outcome.outcomes)[str(getattr(knobs, outcome.knob))]
    return outcome


def _refusal(outcome: Refuse, subscription: Subscription, wanted: PatchRequest) -> ApiError:
    error = refuse(
        outcome.code,
        outcome.http,
        id=subscription.id,
        status=subscription.status,
        wanted=wanted.status or subscription.status,
        hours=window_hours(subscription.kind),
        days=window_hours(subscription.kind) // 24 or PERPETUAL_WINDOW.days,
    )
    if outcome.retry_after_seconds is not None:
        error.headers["Retry-After"] = str(outcome.retry_after_seconds)
    return error


def _apply(
    then: Then,
    subscription: Subscription,
    wanted: PatchRequest,
    around: Surroundings,
    knobs: Knobs,
    now: datetime,
) -> Decision:
    if then is Then.SUSPEND:
        return _suspend(subscription, wanted, around, now)
    if then is Then.CANCEL:
        return _cancel(subscription, around, knobs)
    if then is Then.CANCEL_AT_RENEWAL:
        after = replace(_bumped(subscription), auto_renew=False, scheduled_actions=_AT_RENEWAL)
        return Decision((after,), (("subscription.cancel_scheduled", subscription.id),), then)
    if then is Then.REACTIVATE:
        return _reactivate(subscription, wanted, around)
    if then is Then.EDIT:
        return _edit(subscription, wanted)
    return Decision((), (), then)


def _suspend(subscription: Subscription, wanted: PatchRequest, around: Surroundings, now: datetime) -> Decision:
    changed = [_suspended(_edited(subscription, wanted), now)]
    if subscription.kind is Kind.LEGACY_LICENCE:  # a suspended legacy base takes its add-ons along
        for addon in around.addons:
            if condition(addon, now, 0) in {Condition.ACTIVE, Condition.ACTIVE_LOCKED}:
                changed.append(_suspended(_bumped(addon), now))
    effects = tuple(("subscription.suspended", one.id) for one in changed)
    return Decision(tuple(changed), effects, Then.SUSPEND)


def _suspended(subscription: Subscription, now: datetime) -> Subscription:
    if subscription.kind in {Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE}:
        until = now + LEGACY_SUSPENDED_FOR
        return replace(subscription, status=Status.SUSPENDED, phase_ends_at=until)
    # "Subscription lifecycle states": suspending turns auto-renew off and removes scheduled changes
    return replace(subscription, status=Status.SUSPENDED, auto_renew=False, scheduled_actions=(), next_term=None)


def _cancel(subscription: Subscription, around: Surroundings, knobs: Knobs) -> Decision:
    live = [one for one in around.addons if one.status not in _CLOSED]
    if live and knobs.base_with_addons == "refuse":
        raise refuse("800096", id=subscription.id)
    victims = [subscription, *(live if knobs.base_with_addons == "cascade" else [])]
    changed = tuple(
        replace(
            _bumped(one),
            status=Status.DELETED,
            auto_renew=False,
            scheduled_actions=(),
            next_term=None,
            next_charge=None,
            added_seats=(),
            phase_ends_at=None,
            job=None,
            job_until=None,
        )
        for one in victims
    )
    return Decision(changed, tuple(("subscription.cancelled", one.id) for one in changed), Then.CANCEL)


def _reactivate(subscription: Subscription, wanted: PatchRequest, around: Surroundings) -> Decision:
    parent = around.parent
    if parent is not None and parent.status is not Status.ACTIVE:
        raise refuse("27009", id=subscription.id, parent=parent.id)
    after = replace(_edited(subscription, wanted), status=Status.ACTIVE, phase_ends_at=None, suspension_reasons=())
    return Decision((after,), (("subscription.reactivated", subscription.id),), Then.REACTIVATE)


def _edit(subscription: Subscription, wanted: PatchRequest) -> Decision:
    if not wanted.edits(subscription):
        return Decision((), (), Then.NOTHING)
    after = _edited(subscription, wanted)
    effects = []
    cancels = after.scheduled(ActionType.CANCEL)
    if cancels and after.scheduled_actions != subscription.scheduled_actions:
        effects.append("subscription.cancel_scheduled")
    elif after.scheduled_actions != subscription.scheduled_actions:
        effects.append("subscription.schedule_changed")
    if after.auto_renew != subscription.auto_renew:
        effects.append(f"subscription.autorenew_{'on' if after.auto_renew else 'off'}")
    if (after.next_term, after.next_charge) != (subscription.next_term, subscription.next_charge):
        effects.append("subscription.instructions_changed")
    if after.friendly_name != subscription.friendly_name:
        effects.append("subscription.renamed")
    return Decision((after,), tuple((effect, subscription.id) for effect in effects), Then.EDIT)


def _resize(then: Then, subscription: Subscription, wanted: PatchRequest, knobs: Knobs, now: datetime) -> Decision:
    """Seats are added or given back by a change of nothing else: combined changes are not documented."""
    if then is not Then.EDIT or replace(wanted, quantity=subscription.quantity).edits(subscription):
        raise refuse("800095", id=subscription.id)
    after = with_quantity(_bumped(subscription), wanted.quantity, knobs, now)
    effect = "seats_added" if wanted.quantity > subscription.quantity else "seats_reduced"
    return Decision((after,), ((f"subscription.{effect}", subscription.id),), Then.EDIT)


def _edited(subscription: Subscription, wanted: PatchRequest) -> Subscription:
    return replace(
        _bumped(subscription),
        auto_renew=wanted.auto_renew,
        scheduled_actions=wanted.scheduled_actions,
        next_term=wanted.next_term,
        next_charge=wanted.next_charge,
        friendly_name=wanted.friendly_name,
    )


def _bumped(subscription: Subscription) -> Subscription:
    return replace(subscription, version=subscription.version + 1, updates=subscription.updates + 1)
