"""Everything that is no subscription: Azure subscriptions, reservations, software, orders, GDAP, DAP, the relationship.

Source: "Cancel an Azure subscription", "Cancel software purchases", "Cancel an order from the integration sandbox",
the reservation and billing benefits references of Azure, the Graph reference of delegated admin relationships,
"Remove a reseller relationship". Cells with knobs are what no page settles.
"""

from dataclasses import dataclass, field
from typing import Any

from local.simulator.tests.contract.truth_table import actions as do
from local.simulator.tests.contract.truth_table.actions import Action, after, call
from local.simulator.tests.unit.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Cell:
    """Do *action* to a customer in *state*; expect the answer, and (truth) what then is the case."""

    name: str
    state: str
    action: Action
    expected: str
    truth: Action | None = None
    then: str = ""
    knobs: dict[str, Any] = field(default_factory=dict)


def _entitlement(tenant: Tenant) -> str:
    return next(iter(tenant.simulator.store.entitlements)).status


def _entitled(tenant: Tenant) -> str:
    items = tenant.get(f"{do.root(tenant)}/entitlements")["items"]
    return ",".join(str(one["quantity"]) for one in items) or "none"


def _azure_word(tenant: Tenant) -> str:
    plan = next(iter(tenant.simulator.store.subscriptions)).id
    return str(tenant.get(f"{do.root(tenant)}/subscriptions/{plan}/azureEntitlements")["items"][0]["status"])


def _reservation(tenant: Tenant) -> str:
    return next(iter(tenant.simulator.store.reservations)).state


def _renewal(tenant: Tenant) -> str:
    store = tenant.simulator.store
    return str(next((one.renew for one in store.reservations), None) or next(iter(store.subscriptions)).auto_renew)


def _gdap(tenant: Tenant) -> str:
    return next(iter(tenant.simulator.store.gdap)).status


def _subscriptions(tenant: Tenant) -> str:
    return ",".join(one["status"] for one in tenant.get(f"{do.root(tenant)}/subscriptions")["items"]) or "none"


def _dap(tenant: Tenant) -> str:
    return str(tenant.get(do.root(tenant))["allowDelegatedAccess"])


def _order(tenant: Tenant) -> str:
    one = tenant.get(f"{do.root(tenant)}/orders")["items"][0]
    return f"{one['status']} {one['lineItems'][0]['quantity']}"


def _scheduled(tenant: Tenant) -> str:
    one = next(iter(tenant.simulator.store.subscriptions))
    return ",".join(action.action_type for action in one.scheduled_actions) or "nothing"


def _later(truth: Action, **wait: float) -> Action:
    return after(do.nothing, truth, **wait)


GET = call("GET", "")
SUBSCRIPTIONS = call("GET", "/subscriptions")
BELOW = call("GET", "/subscriptions/{subscription}/azureEntitlements")
UNKNOWN = "/subscriptions/{subscription}/azureEntitlements/" + do.NOBODY
SANDBOX = {"environment": "sandbox"}
GONE = {"removal_lag": "PT0S"}
CANCEL_AT_END = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
STALE = call("PATCH", "/subscriptions/{subscription}", {"status": "suspended"}, if_match='"old"')
DAP_OFF = call("PATCH", "", {"AllowDelegatedAccess": False})


def _after_removal(action: Action) -> Action:
    return after(do.remove, action)


CELLS = (
    Cell("Azure, cancel", "azure_plan", do.cancel_azure(), "202", _later(_entitlement, minutes=10), "inactive"),
    Cell("Azure, cancel, at once", "azure_plan", do.cancel_azure(), "202", _entitlement, "active"),
    Cell("Azure, cancel: 200", "azure_plan", do.cancel_azure(), "200", knobs={"entitlement_cancel_status": 200}),
    Cell("Azure, other reason", "azure_plan", do.cancel_azure("cost"), "400/900307", _entitlement, "active"),
    Cell(
        "Azure, any reason", "azure_plan", do.cancel_azure("cost"), "202", knobs={"other_cancellation_reason": "accept"}
    ),
    Cell("Azure, inactive: cancel", "azure_plan_idle", do.cancel_azure(), "202", _entitlement, "inactive"),
    Cell(
        "Azure, inactive: refused",
        "azure_plan_idle",
        do.cancel_azure(),
        "400/800040",
        knobs={"inactive_entitlement_cancel": "refuse"},
    ),
    Cell("Azure, customer reactivates", "azure_plan_idle", do.mutate(status="active"), "200", _entitlement, "active"),
    Cell(
        "Azure, reactivate", "azure_plan_idle", do.reactivate_azure, "202", _later(_entitlement, minutes=10), "active"
    ),
    Cell("Azure, reactivate, plan suspended", "azure_plan_suspended", do.reactivate_azure, "400/900337"),
    Cell("Azure, unknown: get", "azure_plan", call("GET", UNKNOWN), "404/800111"),
    Cell("Azure, unknown: cancel", "azure_plan", call("POST", f"{UNKNOWN}/cancel", {}), "404/800111"),
    *(
        Cell(
            f"Azure {state}, cancel",
            f"azure_{state.lower()}",
            do.cancel_azure(),
            "202",
            _later(_entitlement, minutes=10),
            "inactive",
        )
        for state in ("warned", "pastDue", "disabled", "suspended")
    ),
    *(
        Cell(f"Azure {state}, cancel", f"azure_{state}", do.cancel_azure(), "202", _later(_entitlement, hours=1), state)
        for state in ("expired", "deleted")
    ),
    *(
        Cell(f"Azure {state}, reactivate", f"azure_{state}", do.reactivate_azure, said)
        for state, said in (
            ("disabled", "202"),
            ("suspended", "202"),
            ("warned", "202"),
            ("expired", "400/900337"),
            ("deleted", "400/900337"),
        )
    ),
    *(
        Cell(f"Azure {state}, its word", f"azure_{state}", do.nothing, "", _azure_word, word, {"azure_words": "azure"})
        for state, word in (
            ("active", "Enabled"),
            ("inactive", "Expired"),
            ("pastdue", "PastDue"),
            ("deleted", "Deleted"),
        )
    ),
    *(
        Cell(f"Azure plan {state}, below it", f"azure_plan_{state}", BELOW, said, knobs={"ended_plan": knob})
        for state in ("deleted", "expired", "disabled")
        for knob, said in (("404", "404/20003"), ("403", "403/20002"), ("listed", "200"))
    ),
    Cell("Azure plan, nothing changed", "azure_plan", do.patch(), "200"),
    Cell("Azure plan, renamed", "azure_plan", do.patch(friendlyName="Other"), "200"),
    Cell("Azure plan, quantity", "azure_plan", do.patch(quantity=2), "400/800095"),
    Cell("legacy Azure, nothing changed", "legacy_azure", do.patch(), "200"),
    Cell("legacy licence, renewal locked, nothing changed", "legacy_locked", do.patch(), "200"),
    Cell("refused for a time", "nce_refused", do.patch(status="deleted"), "400/900280", _subscriptions, "active"),
    Cell("refused for a time: read", "nce_refused", SUBSCRIPTIONS, "200"),
    Cell("refused for a time: over", "nce_refused", _later(do.patch(status="deleted"), days=3), "200"),
    Cell("removal refused for a time", "removal_refused", do.remove, "403/900416"),
    Cell("removal refused for a time: over", "removal_refused", _later(do.remove, days=3), "200"),
    Cell("reservation, order", "reservation", do.cancel_order, "403/800019", _reservation, "Succeeded"),
    Cell(
        "reservation, order in the sandbox", "reservation", do.cancel_order, "200", _reservation, "Cancelled", SANDBOX
    ),
    Cell("reservation, return", "reservation", do.give_back, "202", _later(_reservation, seconds=30), "Cancelled"),
    Cell("reservation, return: quantity", "reservation", do.give_back, "202", _later(_entitled, seconds=30), "0"),
    Cell(
        "reservation, return: gone",
        "reservation",
        do.give_back,
        "202",
        _later(_entitled, seconds=30),
        "none",
        {"cancelled_entitlement": "missing"},
    ),
    Cell(
        "reservation, return: 200",
        "reservation",
        do.give_back,
        "200",
        _reservation,
        "Succeeded",
        {"return_status": 200},
    ),
    Cell(
        "reservation, over the limit",
        "reservation",
        do.calculate,
        "200 RefundLimitExceeded",
        knobs={"refund_limit_usd": 1},
    ),
    Cell(
        "reservation, limit ignored",
        "reservation",
        do.give_back,
        "400/RefundLimitExceeded",
        knobs={"refund_limit_usd": 1},
    ),
    Cell("RedHat, refund", "reservation_not_refundable", do.calculate, "200 SelfServiceRefundNotSupported"),
    Cell("RedHat, return", "reservation_not_refundable", do.give_back, "400/SelfServiceRefundNotSupported"),
    Cell(
        "reservation cancelled, return",
        "reservation_cancelled",
        do.give_back,
        "400/OperationCannotBePerformedInCurrentState",
    ),
    Cell("reservation, renewal off", "reservation", do.renew_off_reservation, "200"),
    Cell(
        "reservation, renewal on again",
        "reservation",
        after(do.renew_off_reservation, do.renew_on_reservation),
        "200",
        _renewal,
        "True",
    ),
    Cell("reservation, no role", "reservation", do.calculate, "403/AuthorizationFailed", knobs={"arm_access": "never"}),
    Cell("savings plan, renewal off in Azure", "savings_plan", do.renew_off_savings_plan, "200"),
    Cell(
        "savings plan, renewal on again in Azure",
        "savings_plan",
        after(do.renew_off_savings_plan, do.renew_on_savings_plan),
        "200",
        _renewal,
        "True",
    ),
    Cell("reservation, remove", "reservation", do.remove, "400/2000"),
    Cell("reservation bought in Azure, remove", "reservation_outside", do.remove, "400/2000"),
    Cell("reservation cancelled, remove", "reservation_cancelled", do.remove, "200"),
    Cell("reservation expired, remove", "reservation_expired", do.remove, "200"),
    Cell(
        "split reservation, return of one", "reservation_parts", do.give_back, "202", _later(_entitled, seconds=30), "2"
    ),
    Cell(
        "split reservation, one left: remove",
        "reservation_parts",
        after(do.give_back, do.remove, minutes=1),
        "400/2000",
    ),
    Cell(
        "what was split, return",
        "reservation_parts_beside_split",
        do.give_back,
        "400/OperationCannotBePerformedInCurrentState",
    ),
    Cell(
        "reservations of one order, return of one",
        "reservations_together",
        do.give_back,
        "202",
        _later(_entitled, seconds=30),
        "0,1",
    ),
    Cell("reservations of one order, order", "reservations_together", do.cancel_order, "403/800019"),
    Cell(
        "reservations of one order, sandbox", "reservations_together", do.cancel_order, "200", _entitled, "0,0", SANDBOX
    ),
    Cell("software beside a reservation, order", "reservation_with_software", do.cancel_order, "403/800019"),
    Cell(
        "software beside a reservation, its line",
        "reservation_with_software",
        call("PATCH", "/orders/{order}", {"status": "cancelled", "lineItems": [{"lineItemNumber": 1}]}),
        "200",
        _entitled,
        "1,0",
    ),
    Cell("more seats", "nce_ending", do.patch(quantity=2), "200", _scheduled, "nothing"),
    Cell(
        "more seats: instructions alone",
        "nce_ending",
        do.patch(quantity=2),
        "200",
        _scheduled,
        "Cancel",
        {"mid_term_change": "dropsInstructions"},
    ),
    Cell(
        "more seats: kept",
        "nce_ending",
        do.patch(quantity=2),
        "200",
        _scheduled,
        "Cancel",
        {"mid_term_change": "keepsSchedules"},
    ),
    Cell("more seats of software", "software", do.patch(quantity=2), "400/800095"),
    Cell("more seats, suspended", "nce_suspended", do.patch(quantity=2), "400/800091"),
    Cell("perpetual, cancel", "perpetual", do.cancel_order, "200", _order, "cancelled 1"),
    Cell(
        "perpetual, cancel: line",
        "perpetual",
        do.cancel_order,
        "200",
        _order,
        "cancelled 0",
        {"cancelled_order": "lineZero"},
    ),
    Cell("perpetual, cancel: entitlement", "perpetual", do.cancel_order, "200", _entitled, "0"),
    Cell("perpetual, cancel: lag", "perpetual", do.cancel_order, "200", _order, "completed 1", {"order_lag": "PT15M"}),
    Cell("perpetual, late", "perpetual_past_window", do.cancel_order, "400/900117", _entitled, "1"),
    Cell("perpetual in window, remove", "perpetual", do.remove, "400/2000"),
    Cell("perpetual cancelled, remove", "perpetual_cancelled", do.remove, "200"),
    Cell("perpetual out of window, remove", "perpetual_past_window", do.remove, "200"),
    Cell(
        "perpetual out of window, strict",
        "perpetual_past_window",
        do.remove,
        "400/2000",
        knobs={"perpetual_past_window_blocks": True},
    ),
    Cell("software, order", "software", do.cancel_order, "200", _subscriptions, "deleted"),
    Cell("software late, order", "software_past_window", do.cancel_order, "400/900213", _subscriptions, "active"),
    Cell("marketplace, order", "marketplace", do.cancel_order, "403/800077"),
    Cell("licence, order", "nce", do.cancel_order, "403/800077"),
    Cell("Azure plan, order", "azure_plan", do.cancel_order, "403/800019"),
    Cell("order pending, cancel", "order_pending", do.cancel_order, "409/800060"),
    *(
        Cell(f"order {status}, remove", f"order_{status}", do.remove, "400/2000")
        for status in ("pending", "pending_review", "pending_po_upload", "partial_success")
    ),
    *(
        Cell(f"order {status}, remove", f"order_{status}", do.remove, "200")
        for status in ("completed", "cancelled", "error")
    ),
    Cell("transfer active, remove", "transfer_active", do.remove, "400/2000"),
    Cell("transfer active, change", "transfer_active", do.patch(status="suspended"), "409/900101"),
    Cell("transfer completes", "transfer_active", do.mutate(status="Complete"), "200", _subscriptions, "deleted"),
    Cell("transfer completed, remove", "transfer_active", after(do.mutate(status="Complete"), do.remove), "200"),
    Cell(
        "transfer completes, nothing stays",
        "transfer_active",
        do.mutate(status="Complete"),
        "200",
        _subscriptions,
        "none",
        {"transferred": "absent"},
    ),
    Cell("transfer rejected", "transfer_active", do.mutate(status="Reject"), "200", _subscriptions, "active"),
    Cell("GDAP, terminate", "gdap_active", do.terminate_gdap, "201", _gdap, "terminationRequested"),
    Cell("GDAP, half-way", "gdap_active", do.terminate_gdap, "201", _later(_gdap, minutes=1), "terminating"),
    Cell("GDAP, terminated", "gdap_active", do.terminate_gdap, "201", _later(_gdap, minutes=2), "terminated"),
    Cell("GDAP terminated, terminate", "gdap_terminated", do.terminate_gdap, "400/badRequest"),
    Cell("GDAP, other cloud", "gdap_active", do.terminate_gdap, "400/BadRequest", knobs={"gdap": "absent"}),
    Cell("GDAP, remove", "gdap_active", do.remove, "200", _later(_gdap, hours=1), "active"),
    Cell(
        "GDAP ends with the relationship",
        "gdap_active",
        do.remove,
        "200",
        _later(_gdap, hours=1),
        "terminated",
        {"gdap_ends_with_relationship": True},
    ),
    Cell("DAP off", "nce_deleted", DAP_OFF, "200", _dap, "False", {"dap_answer": "customer"}),
    Cell("relationship, remove: not seen yet", "nce_deleted", after(do.remove, GET), "200"),
    Cell("relationship, remove: seen", "nce_deleted", after(do.remove, GET, minutes=2), "404/1000"),
    Cell("gone, remove", "nce_deleted", _after_removal(do.remove), "400/3000", knobs=GONE),
    Cell(
        "gone, remove: 404",
        "nce_deleted",
        _after_removal(do.remove),
        "404/3000",
        knobs=GONE | {"repeated_removal_status": 404},
    ),
    Cell(
        "gone, get: tenant",
        "nce_deleted",
        _after_removal(GET),
        "404/60003",
        knobs=GONE | {"gone_customer": "tenantNotFound"},
    ),
    Cell(
        "gone, get: 403",
        "nce_deleted",
        _after_removal(GET),
        "403/20002",
        knobs=GONE | {"gone_customer": "noRelationship"},
    ),
    Cell("gone, subscriptions", "nce_deleted", _after_removal(SUBSCRIPTIONS), "403/20002", knobs=GONE),
    Cell(
        "gone, subscriptions: 1002",
        "nce_deleted",
        _after_removal(SUBSCRIPTIONS),
        "403/1002",
        knobs=GONE | {"gone_collections": "1002"},
    ),
    Cell("gone, orders", "nce_deleted", _after_removal(call("GET", "/orders")), "403/20002", knobs=GONE),
    Cell("gone, order something", "nce_deleted", _after_removal(call("POST", "/orders", {})), "403/20002", knobs=GONE),
    Cell("gone, fill a cart", "nce_deleted", _after_removal(call("POST", "/carts", {})), "403/20002", knobs=GONE),
    *(
        Cell(f"listed and unreadable, {code}", "nce_deleted", after(do.change_customer(unreadable=code), GET), said)
        for code, said in (
            ("1000", "404/1000"),
            ("60003", "404/60003"),
            ("20002", "403/20002"),
            ("2032", "403/2032"),
            ("3000", "400/3000"),
        )
    ),
    Cell("unreadable, remove", "nce_deleted", after(do.change_customer(unreadable="1000"), do.remove), "200"),
    Cell("renamed, get", "nce", after(do.change_customer(name="Other", domain="other.example"), GET), "200"),
    Cell("token there, DAP", "nce", do.token_there, "200"),
    Cell("token there, no consent", "nce", after(do.change_customer(consent="missing"), do.token_there), "AADSTS65001"),
    Cell(
        "token there, no application",
        "nce",
        after(do.change_customer(consent="unknownApplication"), do.token_there),
        "AADSTS700016",
    ),
    Cell(
        "token there, no rights",
        "nce",
        after(do.change_customer(allowDelegatedAccess=False), do.token_there),
        "AADSTS50020",
    ),
    Cell(
        "token there, GDAP", "gdap_active", after(do.change_customer(allowDelegatedAccess=False), do.token_there), "200"
    ),
    Cell(
        "token there, GDAP asked for",
        "gdap_approvalpending",
        after(do.change_customer(allowDelegatedAccess=False), do.token_there),
        "AADSTS50020",
    ),
    Cell(
        "token there, gone",
        "nce_deleted",
        after(do.remove, do.token_there, minutes=2),
        "AADSTS50020",
    ),
    Cell("refusal: 2032", "nce", do.remove, "403/2032", knobs={"removal_refusal": "2032"}),
    Cell("refusal: 3000", "nce", do.remove, "400/3000", knobs={"removal_refusal": "3000"}),
    Cell("refusal: 800036", "nce", do.remove, "417/800036", knobs={"removal_refusal": "800036"}),
    Cell("preconditions ignored", "nce", do.remove, "200", knobs={"removal_preconditions": "ignored"}),
    Cell("status that no PATCH takes", "nce", do.patch(status="disabled"), "400/800002"),
    Cell(
        "both schedules",
        "trial",
        do.patch(autoRenewEnabled=False, scheduledActions=CANCEL_AT_END),
        "400/800002",
        knobs={"both_schedules": "refuse"},
    ),
    Cell(
        "scheduled actions unknown",
        "nce",
        do.patch(autoRenewEnabled=False, scheduledActions=CANCEL_AT_END),
        "400/800002",
        knobs={"scheduled_actions": "refused"},
    ),
    Cell("unknown subscription", "nce", call("GET", f"/subscriptions/{do.NOBODY}"), "404/20003"),
    Cell("stale etag", "legacy", STALE, "400/2055"),
    Cell("stale etag: 412", "legacy", STALE, "412/2055", knobs={"if_match": "412"}),
    Cell("stale etag: ignored", "legacy", STALE, "200", knobs={"if_match": "ignored"}),
)
