"""Every kind and state of holding that the truth table knows, by name: for tests and strategies that go through all."""

from local.simulator.rules.blockers import OPEN_ORDERS
from local.simulator.scenario.builder import Holding
from local.simulator.scenario.holdings import azure, licences, purchases
from local.simulator.scenario.holdings.refusals import refused
from local.simulator.tenant.kinds import (
    EntitlementStatus,
    GdapStatus,
    OrderStatus,
    ReservationState,
    Status,
    TransferStatus,
    Write,
)

_NAMED = (
    licences.nce,
    licences.nce_past_window,
    licences.nce_ending,
    licences.nce_drifting,
    licences.nce_suspended,
    licences.nce_suspended_past_window,
    licences.nce_expired,
    licences.nce_disabled,
    licences.nce_deleted,
    licences.nce_pending,
    licences.nce_busy,
    licences.nce_renewing,
    licences.nce_expiring,
    licences.nce_worn_out,
    licences.extended,
    licences.trial,
    licences.legacy,
    licences.legacy_locked,
    licences.legacy_suspended,
    licences.legacy_deleted,
    azure.azure_plan,
    azure.azure_plan_idle,
    azure.azure_plan_suspended,
    azure.legacy_azure,
    azure.legacy_azure_suspended,
    azure.savings_plan,
    azure.savings_plan_ended,
    azure.reservation,
    azure.reservation_not_refundable,
    azure.reservation_outside,
    purchases.software,
    purchases.software_past_window,
    purchases.software_suspended,
    purchases.software_suspended_past_window,
    purchases.marketplace,
    purchases.marketplace_past_window,
    purchases.marketplace_suspended,
    purchases.marketplace_suspended_past_window,
    purchases.marketplace_pending,
    purchases.perpetual,
    purchases.perpetual_past_window,
    purchases.perpetual_cancelled,
)

_COMING = frozenset(
    {
        ReservationState.CREATING,
        ReservationState.PENDING_RESOURCE_HOLD,
        ReservationState.CONFIRMED_RESOURCE_HOLD,
        ReservationState.PENDING_BILLING,
        ReservationState.CONFIRMED_BILLING,
    }
)


def _reservation(state: ReservationState) -> Holding:
    return azure.reservation_pending(state) if state in _COMING else azure.reservation(state=state)


def _order(status: OrderStatus) -> Holding:
    """What is open completes after three hours."""
    return purchases.order(status, settles="+PT3H" if status in OPEN_ORDERS else None)


STATES: dict[str, tuple[Holding, ...]] = {
    **{make.__name__: (make(),) for make in _NAMED},
    "nce_monthly": (licences.nce(started="-P10D", term="P1M"),),
    "nce_three_years": (licences.nce(started="-P100D", term="P3Y"),),
    "add_on": (licences.nce(name="Base"), licences.add_on("Base")),
    "add_on_of_suspended_base": (licences.nce_suspended(name="Base"), licences.add_on("Base")),
    "legacy_add_on": (licences.legacy(name="Base"), licences.legacy_add_on("Base")),
    "legacy_expired": (licences.legacy(status=Status.EXPIRED, started=None),),
    "marketplace_annual_past_window": (purchases.marketplace_past_window(annual=True),),
    "marketplace_annual_suspended_past_window": (purchases.marketplace_suspended_past_window(annual=True),),
    "reservation_parts": azure.reservation_split(),
    "reservation_parts_beside_split": (
        azure.reservation(reservation_order_id=azure.ONE_RESERVATION_ORDER, state=ReservationState.SPLIT),
        *azure.reservation_split(),
    ),
    "reservations_together": azure.reservations_together(),
    "reservation_with_software": (
        azure.reservation(order_id="MixedOrder1", purchased="-P5D"),
        purchases.perpetual(order_id="MixedOrder1"),
    ),
    "savings_plan_disabled": (azure.savings_plan_ended(Status.DISABLED),),
    "transfer_active": (licences.nce(name="Moving"), purchases.transfer("Moving")),
    "transfer_completed": (purchases.transfer_settled(),),
    "transfer_rejected": (
        licences.nce(name="Staying"),
        purchases.transfer_settled("Staying", status=TransferStatus.REJECT),
    ),
    **{f"azure_{state.lower()}": (azure.azure_plan_of(state),) for state in EntitlementStatus},
    "azure_active_below_suspended": (azure.azure_plan_of(EntitlementStatus.ACTIVE, status=Status.SUSPENDED),),
    **{
        f"azure_plan_{status}": (azure.azure_plan_ended(status),)
        for status in (Status.DELETED, Status.EXPIRED, Status.DISABLED)
    },
    "nce_refused": (licences.nce(), refused(write=Write.SUBSCRIPTION)),
    "removal_refused": (licences.nce_deleted(), refused("900416", write=Write.RELATIONSHIP)),
    **{f"reservation_{state.lower()}": (_reservation(state),) for state in ReservationState},
    **{f"order_{status.replace(' ', '_')}": (_order(status),) for status in OrderStatus},
    **{f"gdap_{status.lower()}": (purchases.gdap(status=status),) for status in GdapStatus},
}
"""State name -> the holdings that make it up (a base comes with its add-on, a transfer with what it moves)."""
