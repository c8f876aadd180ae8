"""An item of the subscriptions collection, of whatever kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from local.simulator.tenant.kinds import ActionType, Job, Kind, ScheduleType, Status


@dataclass(frozen=True, slots=True)
class ScheduledAction:
    """One entry of scheduledActions."""

    schedule_type: ScheduleType
    action_type: ActionType
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NextTerm:
    """scheduledNextTermInstructions: what the next term shall be."""

    product_id: str
    sku_id: str
    availability_id: str
    billing_cycle: str
    term_duration: str
    quantity: int
    promotion_id: str | None = None
    custom_term_end: str | None = None


@dataclass(frozen=True, slots=True)
class AddedSeats:
    """Seats that were added later: they can be given back until then."""

    quantity: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """The true state of one subscription. Moments are UTC; *term_ends_at* None means open-ended.

    *cancel_until* is the end of the current cancellation window. *phase_ends_at* ends a pending, expired,
    disabled or legacy-suspended phase. *pending_state* is a change that was accepted with 202 and shows later.
    *added_seats* are part of *quantity*. *suspension_reasons*: why it was suspended.
    *backfilled*: the backfill of extended service terms has looked at it.
    """

    id: str
    customer_id: str
    kind: Kind
    status: Status
    offer_id: str
    name: str
    order_id: str
    created_at: datetime
    term_started_at: datetime
    term_ends_at: datetime | None
    quantity: int = 1
    friendly_name: str = ""
    term_duration: str = "P1Y"
    billing_cycle: str = "monthly"
    auto_renew: bool = True
    renewal_locked: bool = False
    cancel_until: datetime | None = None
    extended: bool = False
    backfilled: bool = False
    parent_id: str | None = None
    scheduled_actions: tuple[ScheduledAction, ...] = ()
    next_term: NextTerm | None = None
    next_charge: NextTerm | None = None
    job: Job | None = None
    job_until: datetime | None = None
    pending_operation_until: datetime | None = None
    phase_ends_at: datetime | None = None
    pending_state: Self | None = None
    pending_state_at: datetime | None = None
    version: int = 1
    updates: int = 0
    suspension_reasons: tuple[str, ...] = ()
    added_seats: tuple[AddedSeats, ...] = ()
    partner_id: str = ""
    publisher: str = "Microsoft Corporation"
    azure_subscription_id: str | None = None
    savings_order_id: str | None = None
    savings_plan_id: str | None = None
    commitment_per_hour: float = 0.0

    def scheduled(self, action: ActionType) -> bool:
        """Whether that action is scheduled, at term end or at a date."""
        return any(entry.action_type is action for entry in self.scheduled_actions)
