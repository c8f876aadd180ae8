"""What a subscription PATCH asks for, read from a body in any casing.

The body is the full resource: what is left out is reset. Source: "Update a subscription by ID": without
autoRenewEnabled, scheduledNextTermInstructions or nextChargeInstructions the service sets auto-renew to false
and deletes the instructions.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, cast

from local.simulator.errors import refuse
from local.simulator.knobs import Knobs
from local.simulator.messages import Json
from local.simulator.tenant.kinds import ActionType, ScheduleType, Status
from local.simulator.tenant.subscription import NextTerm, ScheduledAction, Subscription
from local.simulator.times import parse_moment

_TERMS = ("P1M", "P1Y", "P3Y")
_MAXIMUM_QUANTITY = 1_000_000
_MAXIMUM_NAME = 256
_EnumT = TypeVar("_EnumT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class PatchRequest:
    """The wanted state. *status* None: not mentioned."""

    status: Status | None
    auto_renew: bool
    scheduled_actions: tuple[ScheduledAction, ...]
    next_term: NextTerm | None
    next_charge: NextTerm | None
    friendly_name: str
    quantity: int

    def edits(self, subscription: Subscription) -> bool:
        """Whether anything but the status differs."""
        own = (self.friendly_name, self.quantity)
        return self.edits_term(subscription) or own != (subscription.friendly_name, subscription.quantity)

    def edits_term(self, subscription: Subscription) -> bool:
        """Whether anything differs that says how it goes on."""
        return (self.auto_renew, self.scheduled_actions, self.next_term, self.next_charge) != (
            subscription.auto_renew,
            subscription.scheduled_actions,
            subscription.next_term,
            subscription.next_charge,
        )


def parse_patch(fields: dict[str, Json], subscription: Subscription, knobs: Knobs, now: datetime) -> PatchRequest:
    """Read the body (keys in lower case). ApiError 400/800002 names the field that cannot be read."""
    named_id = fields.get("id")
    if named_id is not None and str(named_id).lower() != subscription.id:
        raise refuse("800002", text="id differs from the subscription in the path")
    status = fields.get("status")
    actions = subscription.scheduled_actions if knobs.omitted_scheduled_actions == "keep" else ()
    if "scheduledactions" in fields:
        actions = _actions(fields["scheduledactions"], now)
    actions = _accepted_actions(actions, fields, knobs)
    auto_renew = _typed(fields, "autorenewenabled", bool, False)
    if auto_renew and any(entry.action_type is ActionType.CANCEL for entry in actions):
        raise refuse("800002", text="scheduledActions Cancel needs autoRenewEnabled false")
    if actions and knobs.both_schedules == "actionsWin":
        fields = fields | {"schedulednextterminstructions": None}
    name = _typed(fields, "friendlyname", str, subscription.friendly_name)
    if len(name) > _MAXIMUM_NAME:
        raise refuse("800002", text=f"friendlyName is longer than {_MAXIMUM_NAME} characters")
    return PatchRequest(
        status=None if status is None else _member(Status, status, "status"),
        auto_renew=auto_renew,
        scheduled_actions=actions,
        next_term=parse_next_term(fields.get("schedulednextterminstructions"), subscription),
        next_charge=parse_next_term(fields.get("nextchargeinstructions"), subscription),
        friendly_name=name,
        quantity=_typed(fields, "quantity", int, subscription.quantity),
    )


def parse_next_term(value: Json, subscription: Subscription) -> NextTerm | None:
    """Read scheduledNextTermInstructions (lower-case keys); None if absent or null."""
    if value is None:
        return None
    product = value.get("product") if isinstance(value, dict) else None
    if not isinstance(product, dict):
        raise refuse("800002", text="scheduledNextTermInstructions must hold a product")
    duration = str(product.get("termduration") or subscription.term_duration).upper()
    if duration not in _TERMS:
        raise refuse("800002", text=f"termDuration must be one of {', '.join(_TERMS)}")
    quantity = _typed(value, "quantity", int, subscription.quantity)
    if not 1 <= quantity <= _MAXIMUM_QUANTITY:
        raise refuse("800002", text=f"quantity must be from 1 to {_MAXIMUM_QUANTITY}")
    return NextTerm(
        product_id=str(product.get("productid", "")),
        sku_id=str(product.get("skuid", "")),
        availability_id=str(product.get("availabilityid", "")),
        billing_cycle=str(product.get("billingcycle") or subscription.billing_cycle),
        term_duration=duration,
        quantity=quantity,
        promotion_id=_typed(product, "promotionid", str, None),
        custom_term_end=_typed(value, "customtermenddate", str, None),
    )


def _accepted_actions(
    actions: tuple[ScheduledAction, ...], fields: dict[str, Json], knobs: Knobs
) -> tuple[ScheduledAction, ...]:
    """Whether this cloud takes scheduled actions, and takes them beside instructions for the next term."""
    if actions and knobs.scheduled_actions == "refused":
        raise refuse("800002", text="scheduledActions is unknown")
    if actions and knobs.both_schedules == "refuse" and fields.get("schedulednextterminstructions") is not None:
        raise refuse("800002", text="give either scheduledActions or scheduledNextTermInstructions")
    return () if knobs.scheduled_actions == "ignored" else actions


def _actions(value: Json, now: datetime) -> tuple[ScheduledAction, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refuse("800002", text="scheduledActions must be a list of objects")
    return tuple(_action(item, now) for item in value)


def _action(item: dict[str, Json], now: datetime) -> ScheduledAction:
    schedule = _member(ScheduleType, item.get("scheduletype"), "scheduleType")
    action = _member(ActionType, item.get("actiontype"), "actionType")
    if schedule is ScheduleType.TERM_END:
        return ScheduledAction(schedule, action)
    try:
        effective = parse_moment(str(item.get("effectivedate")).lstrip("+-"), now)
    except ValueError as error:
        raise refuse("800002", text=f"effectiveDate: {error}") from None
    if effective <= now:
        raise refuse("800002", text="effectiveDate must lie in the future")
    return ScheduledAction(schedule, action, effective)


def _member(enum: type[_EnumT], value: Json, name: str) -> _EnumT:
    for member in enum:
        if isinstance(value, str) and member.value.lower() == value.lower():
            return member
    raise refuse("800002", text=f"{name} must be one of {', '.join(enum)}, not {value!r}")


_TypedT = TypeVar("_TypedT")


def _typed(fields: dict[str, Json], name: str, type_: type, default: _TypedT) -> _TypedT:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
        raise refuse("800002", text=f"{name} must be of type {type_.__name__}")
    return cast("_TypedT", value)
