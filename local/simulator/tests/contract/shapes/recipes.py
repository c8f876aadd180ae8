"""How to make the simulator give the answer that a documented sample shows: sample id -> the same call."""

from typing import Any

from local.simulator.tenant.kinds import LineKind
from local.simulator.tests.contract.shapes import tenant as make
from local.simulator.tests.contract.shapes.tenant import Ask, change, get, get_root, of_subscription, only

CANCEL = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
NEXT_TERM = {
    "product": {
        "productId": "DG7GMGF0DVSV",
        "skuId": "000P",
        "availabilityId": "DG7GMGF0F3Q9",
        "billingCycle": "Annual",
        "termDuration": "P3Y",
        "promotionId": "39NFJQT1PFPJ:000H:39NFJQT1Q5DK",
    },
    "quantity": 1,
    "customTermEndDate": "2028-01-09T00:21:45",
}
SUBSCRIPTIONS = "/subscriptions"

RECIPES: dict[str, Ask] = {
    "customers/list-two": get_root("/v1/customers?size=40"),
    "customers/list-by-name": get_root(
        '/v1/customers?size=0&filter={"Field":"CompanyName","Value":"Cont","Operator":"starts_with"}'
    ),
    "customers/list-by-indirect-reseller": get_root(
        '/v1/customers?size=0&filter={"Field":"IndirectReseller","Value":"4847383","Operator":"starts_with"}'
    ),
    "customers/get-reseller-dap": get(""),
    "customers/patch-remove-relationship": make.removal,
    "customers/patch-remove-dap": make.dap_off,
    "subscriptions/azure-legacy-active": of_subscription("Azure"),
    "subscriptions/azure-legacy-0146p": of_subscription("Azure"),
    "subscriptions/addon-legacy-active": of_subscription("Add-on"),
    "subscriptions/nce-expired": of_subscription("Expired"),
    "subscriptions/list-2015-one-of-37": only("Azure", get(SUBSCRIPTIONS)),
    "subscriptions/list-software": only("Software", get(SUBSCRIPTIONS)),
    "subscriptions/list-savings-plan": only("Savings", get(SUBSCRIPTIONS)),
    "subscriptions/list-by-mpn": only("Legacy", get(f"{SUBSCRIPTIONS}?mpn_id=4847383")),
    "subscriptions/list-addons": of_subscription("Legacy", "/addons"),
    "subscriptions/savings-plan-active": of_subscription("Savings"),
    "updates/suspend": change("Legacy", status="suspended"),
    "updates/reactivate": lambda one: (
        change("Legacy", status="suspended")(one),
        change("Legacy", status="active")(one),
    )[1],
    "updates/update-200": change("Legacy", friendlyName="nickname"),
    "updates/quantity-200-nce-reduced": change("Licence", quantity=1),
    "updates/update-202-location": change("Legacy", status="suspended"),
    "updates/cancel-marketplace-deleted": change("SaaS", status="deleted"),
    "updates/autorenew-off-marketplace": change("SaaS", autoRenewEnabled=False),
    "updates/scheduled-change": change("SaaS", scheduledNextTermInstructions=NEXT_TERM),
    "updates/software-billing-frequency": change("Software", scheduledNextTermInstructions=NEXT_TERM),
    "azure-entitlements/list": of_subscription("Plan", "/azureEntitlements"),
    "azure-entitlements/get-inactive": make.azure("get", 1),
    "azure-entitlements/cancel-200-still-active": make.azure("cancel"),
    "entitlements/list-all": get("/entitlements"),
    "entitlements/list-software-expiry": get("/entitlements?entitlementtype=software&showExpiry=true"),
    "entitlements/artifact-vm-old": make.old_artifact,
    "entitlements/artifact-reservedinstance": make.artifact,
    "orders/list": get("/orders"),
    "orders/get-reservation-completed": make.order(LineKind.RESERVATION),
    "orders/savings-plan-completed": make.order(LineKind.SAVINGS_PLAN),
    "orders/cancel-software-partial": make.order(LineKind.PERPETUAL, 0, cancel=True),
    "orders/cancel-sandbox-whole": make.order(LineKind.PERPETUAL, cancel=True),
    "provisioning/order": make.order(LineKind.PERPETUAL, tail="/provisioningstatus"),
    "provisioning/subscription": of_subscription("Licence", "/provisioningstatus"),
    "provisioning/registration-status": of_subscription("Azure", "/registrationstatus"),
    "transfers/list": get("/transfers"),
    "transfers/get-active": make.transfer,
    "errors/404-3000-mpn": get_root("/v1/profiles/mpn?mpnId=9999999"),
    "errors/20002-no-relationship": make.gone,
    "errors/400-2000-string-code": get_root("/v1/customers?filter={}"),
    "errors/800090-quantity": change("Azure", quantity=999),
    "audit/by-customer": make.audit,
    "audit/day-page": make.audit,
    "relationships/relationship-request": get_root("/v1/customers/relationshiprequests"),
    "relationships/indirect-resellers-of-customer": get("/relationships"),
    "relationships/indirect-resellers": get_root(
        "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf"
    ),
    "support-contact/get": of_subscription("Legacy", "/supportcontact"),
    "gdap/get-active": make.gdap(),
    "gdap/list-three-states": make.gdap(listed=True),
    "gdap/request-201-created": make.gdap("POST", "/requests", {"action": "terminate"}),
    "gdap/requests-list-running": make.gdap_requests,
    "arm/calculate-refund-200-policy-error": make.refund("calculateRefund"),
    "arm/return-202": make.refund("return"),
    "arm/return-200": make.refund("return"),
    "arm/reservations-list": make.reservation("GET", "reservations"),
    "arm/reservations-of-order": make.reservation("GET", "reservationOrders/{o}/reservations"),
    "arm/reservation-get": make.reservation("GET", "reservationOrders/{o}/reservations/{r}"),
    "arm/reservation-order-get": make.reservation("GET", "reservationOrders/{o}"),
    "arm/reservation-patch-200": make.reservation(
        "PATCH", "reservationOrders/{o}/reservations/{r}", {"properties": {"renew": False}}
    ),
    "arm/savings-plans-list": lambda one: one.arm("GET", "Microsoft.BillingBenefits/savingsPlans"),
    "arm/savings-plan-patch-200": make.savings_plan,
    "errors/429-gateway": make.throttled,
    "errors/graph-error": make.gdap("DELETE"),
}
KNOBS: dict[str, dict[str, Any]] = {
    "customers/patch-remove-relationship": {"pascal_case": "documented"},
    "updates/suspend": {"pascal_case": "documented"},
    "updates/reactivate": {"pascal_case": "documented"},
    "updates/update-200": {"pascal_case": "documented"},
    "azure-entitlements/cancel-200-still-active": {"entitlement_cancel_status": 200},
    "updates/update-202-location": {"async_patch": True},
    "arm/return-200": {"return_status": 200},
    "arm/calculate-refund-200-policy-error": {"refund_limit_usd": 1},
    "errors/429-gateway": {"rate_limit_per_minute": 1},
}
"""Where Microsoft documents two answers, which one the sample shows."""
OTHER_CALLS = {
    "orders/create-201-no-status": "the simulator sells nothing",
    "orders/addon-purchase-no-status": "the simulator sells nothing",
    "orders/billing-cycle-change": "the simulator cancels orders and changes nothing else of them",
    "subscriptions/custom-term-end-dates": "another resource under the name of a subscription",
    "tokens": "tokens have tests of their own",
}
"""Samples of a method and path that is served, for another use of it."""
