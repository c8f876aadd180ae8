"""Rows of everything that is no subscription: Azure subscriptions, reservations, software, orders, delegated admin,
the relationship itself.

Source: "Cancel an Azure subscription", "Cancel software purchases", "Self-service exchanges and refunds for Azure
reservations", the Graph reference of delegated admin relationships, "Remove a reseller relationship".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from local.simulator.knobs import SignIn
from local.simulator.scenario import builder as b
from local.simulator.scenario.holdings.azure import ONE_RESERVATION_ORDER
from local.simulator.scenario.models import ReservationSpec
from local.simulator.tenant.kinds import (
    DEAD_RESERVATIONS,
    EntitlementStatus,
    GdapStatus,
    OrderStatus,
    ReservationState,
    TransferStatus,
)
from local.simulator.tenant.kinds import Status as PlanStatus
from shared.domain.offboarding.states import Status
from tests.functional.truth_table.row import LINGERS, Ends, Person, Removed, Row, Waits, changed

SOON = "+P40D"
REMOVAL = ("removal_preconditions",)
ENTITLEMENTS = ("cancelled_entitlement", "quantity_details")
LATE_REFUND = "reservation that is not refundable: it ends with its term"
UNNAMED_STATE = "the state is not documented to end: nobody can say when"
PERPETUAL_BLOCKS = Person("removal_refused", "software that nobody can cancel any more blocks for ever")
GONE = ("gone_customer", "gone_collections", "repeated_removal_status", "unknown_tenant")
COMING = (
    ReservationState.CREATING,
    ReservationState.PENDING_RESOURCE_HOLD,
    ReservationState.CONFIRMED_RESOURCE_HOLD,
    ReservationState.PENDING_BILLING,
    ReservationState.CONFIRMED_BILLING,
)
SOMEBODY = "00000000-0000-4000-8000-00000000abcd"


def _live(**fields: Any) -> ReservationSpec:
    return b.reservation(purchased="-P325D", **fields)


AZURE = (
    Row("Azure subscription, active", (b.azure_plan(1),), Removed(), ("entitlement_cancel_status",)),
    *(
        Row(
            f"Azure subscription, {state.value}",
            (b.azure_plan_of(state),),
            Removed(),
            ("entitlement_cancel_status", "inactive_entitlement_cancel", "stopped_azure", "azure_words", *REMOVAL),
        )
        for state in EntitlementStatus
    ),
    Row(
        "Azure subscription, one in each state",
        (b.azure_plan_of(*EntitlementStatus),),
        Removed(),
        ("stopped_azure", "azure_words", "inactive_entitlement_cancel"),
    ),
    Row(
        "Azure subscription, active below a suspended plan",
        (b.azure_plan_of(EntitlementStatus.ACTIVE, status=PlanStatus.SUSPENDED),),
        Removed(),
        ("entitlement_cancel_status", "azure_words"),
    ),
    *(
        Row(
            f"Azure plan, {status.value}",
            (b.azure_plan_ended(status),),
            Removed(),
            ("ended_plan", "ended_blocks"),
            {("ended_blocks", True): Person("removal_refused", LINGERS, heals=130)}
            if status is not PlanStatus.DELETED
            else {},
        )
        for status in (PlanStatus.DELETED, PlanStatus.EXPIRED, PlanStatus.DISABLED)
    ),
    Row("Azure subscription, inactive", (b.azure_plan_idle(2),), Removed(), ("inactive_entitlement_cancel",)),
    Row(
        "Azure subscription, reactivated by the customer",
        (b.azure_plan(1),),
        Removed(),
        ("entitlement_cancel_status", "inactive_entitlement_cancel", *REMOVAL),
        given={"entitlement_lag": timedelta(minutes=1)},
        rules=(changed("after", 3, "GET", "/azureEntitlements$", holding="azure", set={"status": "active"}),),
        switched_on=1,
        tries=("900115",),
    ),
    Row("reservation, live", (_live(),), Removed(), (*ENTITLEMENTS, *REMOVAL)),
    Row("reservation, live, several", (_live(quantity=3),), Removed(), ENTITLEMENTS),
    Row("reservation in the sandbox", (_live(),), Removed(), ENTITLEMENTS, given={"environment": "sandbox"}),
    Row(
        "reservation, refund limit reached",
        (_live(renew=True),),
        Waits("not_refunded", 42),
        (*ENTITLEMENTS, *REMOVAL),
        given={"refund_limit_usd": 1.0},
    ),
    Row("reservation, never refundable", (_live(resource_type="SuseLinux"),), Waits("not_refunded", 42), REMOVAL),
    Row(
        "reservation, refund unwanted",
        (_live(renew=True),),
        Waits("not_refunded", 42),
        REMOVAL,
        asked={"restrictions": ["no_reservation_refunds"]},
    ),
    Row(
        "reservation bought in the Azure portal",
        (b.azure_plan(1), b.reservation_outside(purchased="-P325D")),
        Removed(),
        REMOVAL,
    ),
    Row(
        "reservation bought in the Azure portal, legacy Azure",
        (b.legacy_azure(), b.reservation_outside(purchased="-P325D")),
        Removed(),
        REMOVAL,
    ),
    Row(
        "reservation, split",
        b.reservation_split(1, 2, purchased="-P325D"),
        Removed(),
        (*ENTITLEMENTS, "return_status", *REMOVAL),
    ),
    Row(
        "reservation, split, beside what it was",
        (
            _live(reservation_order_id=ONE_RESERVATION_ORDER, state=ReservationState.SPLIT),
            *b.reservation_split(1, 2, purchased="-P325D"),
        ),
        Removed(),
        ENTITLEMENTS,
    ),
    Row(
        "reservation, split, refund limit reached after the first",
        b.reservation_split(1, 1, purchased="-P325D"),
        Waits("not_refunded", 42),
        (*ENTITLEMENTS, *REMOVAL),
        given={"refund_limit_usd": 1000.0},
    ),
    Row(
        "reservations, bought together",
        b.reservations_together(purchased="-P325D"),
        Removed(),
        (*ENTITLEMENTS, "order_fields", *REMOVAL),
    ),
    Row(
        "reservation and software of one order",
        (b.reservation(order_id="MixedOrder1", purchased="-P5D"), b.perpetual(order_id="MixedOrder1")),
        Removed(),
        (*ENTITLEMENTS, "order_fields", *REMOVAL),
    ),
    Row(
        "reservation in the sandbox, bought together",
        b.reservations_together(purchased="-P325D"),
        Removed(),
        ENTITLEMENTS,
        given={"environment": "sandbox"},
    ),
    *(
        Row(
            f"reservation, {state.value}", (_live(state=state, settles="+PT2H"),), Removed(), ("cancelled_entitlement",)
        )
        for state in COMING
    ),
    *(
        Row(f"reservation, {state.value}", (_live(state=state),), Removed(), ("cancelled_entitlement",))
        for state in (ReservationState.CREATED, *sorted(DEAD_RESERVATIONS))
    ),
    Row(
        "reservation, BillingFailed",
        (_live(state=ReservationState.BILLING_FAILED),),
        Person("unknown_status", UNNAMED_STATE),
        REMOVAL,
    ),
)
PURCHASES = (
    Row("perpetual software, up to 30 days", (b.perpetual(),), Removed(), (*ENTITLEMENTS, *REMOVAL)),
    Row(
        "perpetual software, after 30 days",
        (b.perpetual_past_window(),),
        Removed(),
        ("perpetual_past_window_blocks", *ENTITLEMENTS),
        {("perpetual_past_window_blocks", True): PERPETUAL_BLOCKS},
    ),
    Row(
        "perpetual software, cancelled",
        (b.perpetual_cancelled(),),
        Removed(),
        (*ENTITLEMENTS, "perpetual_past_window_blocks"),
    ),
    *(
        Row(f"order, {status.value}", (b.order(status, settles="+PT3H"),), Removed(), REMOVAL)
        for status in OrderStatus
        if status not in (OrderStatus.UNKNOWN, OrderStatus.SUSPENDED)
    ),
    *(
        Row(f"order, {status.value}", (b.order(status),), Person("unknown_status", UNNAMED_STATE), REMOVAL)
        for status in (OrderStatus.UNKNOWN, OrderStatus.SUSPENDED)
    ),
    Row(
        "transfer, active",
        (b.nce(name="Moving"), b.nce(name="Staying"), b.transfer("Moving")),
        Waits("open_transfer", None),
        ("transferred", *REMOVAL),
    ),
    Row(
        "transfer, accepted meanwhile",
        (b.nce(name="Moving"), b.transfer("Moving")),
        Removed(),
        ("transferred", *REMOVAL),
        {("transferred", "stay"): Removed(8)},
        rules=(changed("before", 4, "GET", "/transfers$", holding="transfer", set={"status": "Complete"}),),
    ),
    Row(
        "transfer, rejected meanwhile",
        (b.nce(name="Moving"), b.transfer("Moving")),
        Removed(),
        ("transferred",),
        rules=(changed("before", 4, "GET", "/transfers$", holding="transfer", set={"status": "Reject"}),),
    ),
    *(
        Row(
            f"transfer, {status.value}",
            (b.nce(name="Moving"), b.transfer_settled("Moving", status=status)),
            Removed(),
            ("transferred",),
        )
        for status in TransferStatus
        if status is not TransferStatus.ACTIVE
    ),
)
RELATIONSHIP = (
    *(
        Row(f"GDAP, {status.value}", (b.nce(), b.gdap(status=status)), Removed(), ("gdap_ends_with_relationship",))
        for status in GdapStatus
    ),
    Row("DAP", (b.legacy(),), Removed(), ("validate_mfa_answer",)),
    Row("no DAP", (b.legacy(),), Removed(), (), customer={"allow_delegated_access": False}),
    *(
        Row(
            f"relationship, listed and unreadable for two days with {code}",
            (b.legacy(),),
            Person("too_many_faults", "the list shows it, and no answer says why it cannot be read", heals=2),
            ("pages_go_by",),
            customer={"unreadable": code, "unreadable_until": "+P2D"},
        )
        for code in ("1000", "60003", "20002", "3000")
    ),
    Row(
        "relationship, listed and unreadable for good",
        (b.legacy(),),
        Person("refused", "whoever reads it needs a right that is denied (2032)"),
        customer={"unreadable": "2032"},
    ),
    *(
        Row(
            f"relationship, no token of the tenant: {name}",
            (_live(),),
            Person("incomplete_read", "consent or delegated admin rights have to be given in the customer's tenant"),
            customer=fields,
        )
        for name, fields in (
            ("no consent", {"consent": "missing"}),
            ("no application", {"consent": "unknownApplication"}),
            ("no rights", {"allow_delegated_access": False}),
        )
    ),
    Row(
        "relationship, a token through GDAP alone",
        (_live(), b.gdap()),
        Removed(),
        customer={"allow_delegated_access": False},
    ),
    Row("relationship, nothing blocks", (), Removed(), ("gdap", *GONE)),
    Row(
        "relationship, removed by somebody else",
        (b.legacy(),),
        Ends(Status.ALREADY_REMOVED, "gone_before_us"),
        GONE,
        rules=(changed("before", 1, "PATCH", "^/v1/customers/[^/]+$", set={"relationship": "none"}),),
    ),
    Row("relationship, none", (), Ends(Status.REJECTED, "customer_unknown"), GONE, customer={"relationship": "none"}),
    Row(
        "relationship of another partner",
        (),
        Ends(Status.REJECTED, "customer_unknown"),
        GONE,
        customer={"relationship": "otherPartner"},
    ),
    Row(
        "relationship, unknown tenant id",
        (),
        Ends(Status.REJECTED, "customer_unknown"),
        GONE,
        asked={"customerTenantId": SOMEBODY, "customerDomain": "nobody.onmicrosoft.com"},
    ),
    Row(
        "relationship, token of the application alone",
        (b.legacy(),),
        Person("sign_in_required", "the sign-in"),
        given={"sign_in": SignIn(app_only=True)},
    ),
)
ROWS = (*AZURE, *PURCHASES, *RELATIONSHIP)
