"""What time alone does to a subscription: terms that end, renewals, grace periods, deletion.

Source: "Subscription lifecycle states" (active, expired 30 days, disabled 90 days, deleted), "Create a new
subscription" and "Create scheduled changes" (the renewal job and its new cancellation window), "Extended
service terms" (from 2026-05-04 a licence without an end action rolls into a monthly term).
"""

from dataclasses import replace
from datetime import UTC, datetime, time

from local.simulator.knobs import Knobs
from local.simulator.rules.terms import (
    DISABLED_FOR,
    EXPIRED_FOR,
    next_term_end,
    window_end,
)
from local.simulator.tenant.kinds import ActionType, Job, Kind, ScheduleType, Status
from local.simulator.tenant.subscription import ScheduledAction, Subscription

_RUNNING = frozenset({Status.ACTIVE, Status.SUSPENDED})
_EST_MONTH = "P1M"
_STAYS_EXTENDED = (ScheduledAction(ScheduleType.TERM_END, ActionType.EXTEND),)


def subscription_due(subscription: Subscription, knobs: Knobs) -> datetime | None:
    """When something next happens to it by itself, or None."""
    moments = [
        subscription.pending_state_at,
        subscription.job_until,
        subscription.phase_ends_at,
        _custom_cancel(subscription),
        _backfill(subscription, knobs),
    ]
    if subscription.job is None and subscription.status in _RUNNING and subscription.phase_ends_at is None:
        moments.append(subscription.term_ends_at)
    return min((moment for moment in moments if moment is not None), default=None)


def advance_subscription(subscription: Subscription, at: datetime, knobs: Knobs) -> Subscription:
    """The state after the one thing that is due at *at*."""
    if subscription.pending_state is not None and subscription.pending_state_at == at:
        return subscription.pending_state
    if subscription.job is not None and subscription.job_until == at:
        return _job_done(subscription, at, knobs)
    if subscription.phase_ends_at == at:
        return _phase_done(subscription, at)
    if _custom_cancel(subscription) == at:
        return _cancelled(subscription, at, knobs)
    if _backfill(subscription, knobs) == at:
        return _stamped(subscription, knobs)
    return _term_done(subscription, at, knobs)


def _custom_cancel(subscription: Subscription) -> datetime | None:
    if subscription.status not in _RUNNING or subscription.job is not None:
        return None
    for entry in subscription.scheduled_actions:
        if entry.schedule_type is ScheduleType.CUSTOM_DATE and entry.action_type is ActionType.CANCEL:
            return entry.effective_at
    return None


def _backfill(subscription: Subscription, knobs: Knobs) -> datetime | None:
    if knobs.est_backfill == "never" or subscription.backfilled or subscription.kind is not Kind.NCE_LICENCE:
        return None
    if subscription.status is not Status.ACTIVE or subscription.job is not None or subscription.pending_state:
        return None
    day = datetime.combine(knobs.est_backfill_on, time(), UTC)
    return day if subscription.created_at < day else None


def _stamped(subscription: Subscription, knobs: Knobs) -> Subscription:
    """Auto-renew off and no end action (or, with knob all, any) becomes an extended service term."""
    seen = replace(subscription, backfilled=True)
    if subscription.auto_renew or (subscription.scheduled_actions and knobs.est_backfill == "open"):
        return seen
    return replace(seen, scheduled_actions=_STAYS_EXTENDED, version=subscription.version + 1)


def _term_done(subscription: Subscription, at: datetime, knobs: Knobs) -> Subscription:
    job = Job.RENEWING if _goes_on(subscription, at, knobs) else Job.EXPIRING
    return replace(subscription, job=job, job_until=at + knobs.renewal_job)


def _goes_on(subscription: Subscription, at: datetime, knobs: Knobs) -> bool:
    """Whether the subscription goes on after its term: as a new term or as an extended service term."""
    if subscription.scheduled(ActionType.CANCEL):
        return False
    if subscription.status is Status.SUSPENDED:
        return knobs.suspended_at_term_end == "est" and _extends(subscription, at, knobs)
    return subscription.auto_renew or _extends(subscription, at, knobs)


def _extends(subscription: Subscription, at: datetime, knobs: Knobs) -> bool:
    if subscription.kind is not Kind.NCE_LICENCE:
        return False
    if subscription.extended or subscription.scheduled(ActionType.EXTEND):
        return True
    bought_late = subscription.created_at >= datetime.combine(knobs.est_bought_from, time(), UTC)
    return knobs.est and bought_late and at >= datetime.combine(knobs.est_from, time(), UTC)


def _job_done(subscription: Subscription, at: datetime, knobs: Knobs) -> Subscription:
    if subscription.job is Job.RENEWING:
        term_ended = subscription.term_ends_at or at
        renews = subscription.auto_renew and subscription.status is Status.ACTIVE
        if renews and not subscription.scheduled(ActionType.EXTEND):
            return _renewed(subscription, term_ended, at)
        return _extended(subscription, term_ended)
    if subscription.scheduled(ActionType.CANCEL):
        return _cancelled(subscription, at, knobs)
    if subscription.kind is Kind.MARKETPLACE:
        return _ended(subscription, Status.DISABLED, at)
    if subscription.status is Status.SUSPENDED and knobs.suspended_at_term_end == "disabled":
        return _ended(subscription, Status.DISABLED, at)
    return _ended(subscription, Status.EXPIRED, at)


def _renewed(subscription: Subscription, term_ended: datetime, at: datetime) -> Subscription:
    """A new term; its cancellation window opens at the moment the renewal completes."""
    kind = Kind.NCE_LICENCE if subscription.kind is Kind.NCE_TRIAL else subscription.kind
    plan = subscription.next_term
    duration = plan.term_duration if plan else subscription.term_duration
    ends = next_term_end(term_ended, duration)
    return replace(
        subscription,
        kind=kind,
        job=None,
        job_until=None,
        extended=False,
        term_started_at=at,
        term_ends_at=ends,
        term_duration=duration,
        billing_cycle=plan.billing_cycle.lower() if plan else subscription.billing_cycle,
        quantity=plan.quantity if plan else subscription.quantity,
        next_term=None,
        scheduled_actions=(),
        added_seats=(),
        cancel_until=window_end(kind, at, ends),
        version=subscription.version + 1,
    )


def _extended(subscription: Subscription, term_ended: datetime) -> Subscription:
    """A paid month that follows month after month until it is cancelled; cancellable at any time."""
    ends = next_term_end(term_ended, _EST_MONTH)
    return replace(
        subscription,
        job=None,
        job_until=None,
        extended=True,
        term_started_at=term_ended,
        term_ends_at=ends,
        term_duration=_EST_MONTH,
        billing_cycle="monthly",
        cancel_until=ends,
        added_seats=(),
        scheduled_actions=_STAYS_EXTENDED,
        next_term=None,
        version=subscription.version + 1,
    )


def _cancelled(subscription: Subscription, at: datetime, knobs: Knobs) -> Subscription:
    """A scheduled Cancel took effect."""
    ended = _ended(subscription, Status.DISABLED, at)
    return ended if knobs.scheduled_cancel_ends == "disabled" else _phase_done(ended, at)


def _ended(subscription: Subscription, status: Status, at: datetime) -> Subscription:
    lasts = EXPIRED_FOR if status is Status.EXPIRED else DISABLED_FOR
    return replace(
        subscription,
        status=status,
        job=None,
        job_until=None,
        auto_renew=False,
        cancel_until=None,
        added_seats=(),
        scheduled_actions=(),
        next_term=None,
        next_charge=None,
        phase_ends_at=at + lasts,
        version=subscription.version + 1,
    )


def _phase_done(subscription: Subscription, at: datetime) -> Subscription:
    if subscription.status is Status.EXPIRED:
        return _ended(subscription, Status.DISABLED, at)
    if subscription.status is Status.PENDING:
        return replace(subscription, status=Status.ACTIVE, phase_ends_at=None, version=subscription.version + 1)
    return replace(subscription, status=Status.DELETED, phase_ends_at=None, version=subscription.version + 1)
