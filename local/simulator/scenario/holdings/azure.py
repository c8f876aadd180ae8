"""Azure: plans with their Azure subscriptions, legacy Azure, savings plans, reservations."""

from typing import Any

from local.simulator.scenario.models import AzureSubscriptionSpec, ReservationSpec, SubscriptionSpec
from local.simulator.tenant.kinds import EntitlementStatus, Kind, ReservationState, Status


def azure_plan(active: int = 1, inactive: int = 0, **fields: Any) -> SubscriptionSpec:
    """An Azure plan with so many active and inactive Azure subscriptions."""
    children = [AzureSubscriptionSpec(name=f"Azure {number}") for number in range(active)]
    children += [
        AzureSubscriptionSpec(name=f"Azure off {number}", status=EntitlementStatus.INACTIVE)
        for number in range(inactive)
    ]
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, azure_subscriptions=tuple(children), **fields)


def azure_plan_idle(inactive: int = 1, **fields: Any) -> SubscriptionSpec:
    """An active Azure plan without an active Azure subscription: it can be suspended."""
    return azure_plan(0, inactive, **fields)


def azure_plan_suspended(inactive: int = 1, **fields: Any) -> SubscriptionSpec:
    """A suspended Azure plan: no longer in the way."""
    return azure_plan(0, inactive, status=Status.SUSPENDED, **fields)


def azure_plan_ended(status: Status = Status.DELETED, **fields: Any) -> SubscriptionSpec:
    """An Azure plan that is over: deleted, expired or disabled."""
    return azure_plan(0, 1, status=status, **fields)


def azure_plan_of(*states: EntitlementStatus, **fields: Any) -> SubscriptionSpec:
    """An Azure plan with an Azure subscription in each of those states."""
    children = (AzureSubscriptionSpec(name=f"Azure {state}", status=state) for state in states)
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, azure_subscriptions=tuple(children), **fields)


def legacy_azure(**fields: Any) -> SubscriptionSpec:
    """A legacy Azure subscription (MS-AZR-0145P)."""
    return SubscriptionSpec(kind=Kind.LEGACY_AZURE, **fields)


def legacy_azure_suspended(**fields: Any) -> SubscriptionSpec:
    """A suspended legacy Azure subscription."""
    return legacy_azure(status=Status.SUSPENDED, **fields)


def savings_plan(**fields: Any) -> SubscriptionSpec:
    """An Azure savings plan, which nobody can cancel."""
    return SubscriptionSpec(kind=Kind.SAVINGS_PLAN, **{"started": "-P90D"} | fields)


def savings_plan_ended(status: Status = Status.EXPIRED, **fields: Any) -> SubscriptionSpec:
    """A savings plan that is over: expired or disabled."""
    return SubscriptionSpec(kind=Kind.SAVINGS_PLAN, status=status, **fields)


def reservation(**fields: Any) -> ReservationSpec:
    """An Azure reservation that can be returned."""
    return ReservationSpec(**fields)


ONE_RESERVATION_ORDER = "0a0b0c0d-0000-4000-8000-00000000000a"


def reservation_split(*quantities: int, **fields: Any) -> tuple[ReservationSpec, ...]:
    """Several reservations of one reservation order, as a split leaves them: two unless told otherwise."""
    return tuple(
        reservation(
            **{"reservation_order_id": ONE_RESERVATION_ORDER, "name": f"Part {number}"} | fields, quantity=count
        )
        for number, count in enumerate(quantities or (1, 2))
    )


def reservations_together(
    order_id: str = "TogetherOrder1", count: int = 2, **fields: Any
) -> tuple[ReservationSpec, ...]:
    """Reservation orders that one order of Partner Center bought, a line each."""
    return tuple(reservation(order_id=order_id, name=f"Line {number}", **fields) for number in range(count))


def reservation_not_refundable(resource_type: str = "RedHat", **fields: Any) -> ReservationSpec:
    """A reservation of a kind that is never refunded: policyErrors SelfServiceRefundNotSupported."""
    return reservation(resource_type=resource_type, **fields)


def reservation_outside(**fields: Any) -> ReservationSpec:
    """A reservation bought in the Azure portal: Partner Center does not show it."""
    return reservation(via_partner_center=False, **fields)


def reservation_pending(
    state: ReservationState = ReservationState.PENDING_BILLING, settles: str | None = "+PT2H", **fields: Any
) -> ReservationSpec:
    """A reservation that is being bought: in the way, and not returnable until it settles (None: never)."""
    return reservation(state=state, settles=settles, **fields)


def reservation_ended(state: ReservationState = ReservationState.CANCELLED, **fields: Any) -> ReservationSpec:
    """A reservation that is over: cancelled, expired, failed, split or merged."""
    return reservation(state=state, **fields)
