"""Whatever is sent, the simulator answers, keeps its state whole, and journals an effect only for a change."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local.simulator.knobs.listing import alternatives
from local.simulator.messages import Request, encode
from local.simulator.rules.blockers import blockers
from local.simulator.scenario import builder as b
from local.simulator.services.call import Route
from local.simulator.services.routes import ROUTER
from local.simulator.tenant.store import Store
from local.simulator.tests.unit.tenant import ARM, GRAPH, PARTNER_CENTER, Tenant

SCENARIO = b.scenario(
    b.customer(
        "Contoso",
        b.legacy(name="Base"),
        b.legacy(parent="Base"),
        b.nce(),
        b.nce_past_window("+P3D"),
        b.trial(),
        b.extended(),
        b.azure_plan(1, 1),
        b.software(),
        b.marketplace(),
        b.savings_plan(),
        b.reservation(),
        b.perpetual(),
        b.order(),
        b.gdap(),
        b.gdap(status="created"),
    ),
    b.customer("Fabrikam", b.legacy(status="suspended")),
    renewal_job="PT12H",
)
ROUTES = [route for found in ROUTER._routes.values() for _, route in found]
WRITES = [route for route in ROUTES if route.method != "GET" and "oauth2" not in route.template]
WORDS = st.sampled_from(
    ["active", "suspended", "deleted", "expired", "cancelled", "none", "compromise", "terminate", "Cancel"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
ACTION = st.fixed_dictionaries(
    {"scheduleType": st.sampled_from(["TermEnd", "CustomDate", "x"]), "actionType": WORDS},
    optional={"effectiveDate": st.sampled_from(["2026-12-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "+P1D"])},
)
PRODUCT = st.fixed_dictionaries({"termDuration": st.sampled_from(["P1M", "P3Y", "P0D", "PT1S"])})
BODIES = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {},
        optional={
            "status": WORDS,
            "autoRenewEnabled": st.booleans(),
            "scheduledActions": st.lists(ACTION, max_size=2) | VALUES,
            "scheduledNextTermInstructions": st.fixed_dictionaries(
                {"product": PRODUCT, "quantity": st.integers(-1, 3)}
            ),
            "friendlyName": VALUES,
            "relationshipToPartner": WORDS,
            "allowDelegatedAccess": st.booleans(),
            "cancellationReason": WORDS,
            "action": WORDS,
            "lineItems": st.lists(st.fixed_dictionaries({"lineItemNumber": st.integers(-1, 1)}), max_size=2),
            "properties": st.fixed_dictionaries({"renew": VALUES}) | VALUES,
        },
    ),
)
CHANGES = st.sampled_from(
    [
        {"status": "suspended"},
        {"status": "deleted"},
        {"status": "active"},
        {"autoRenewEnabled": False, "scheduledActions": [{"scheduleType": "TermEnd", "actionType": "Cancel"}]},
        {"autoRenewEnabled": True},
    ]
)
STEP = st.tuples(
    st.one_of(st.sampled_from(WRITES), st.sampled_from(WRITES), st.sampled_from(ROUTES)),
    st.integers(1, 19),
    st.one_of(CHANGES, CHANGES, BODIES),
    st.sampled_from([0, 0, 0, 1, 5, 40]),
    st.sampled_from([None, None, "one", "two"]),
)


def _body(tenant: Tenant, route: Route, path: str, body: Any) -> Any:
    """A body that has a chance: the change where it belongs, the right words elsewhere."""
    if not isinstance(body, dict):
        return body
    if route.template.endswith("/subscriptions/{subscription}"):
        answer = tenant.call("GET", path)
        return answer.json() | body if answer.status == 200 and "status" in body else body
    if route.template.startswith("/v1/"):
        words = {"cancellationReason": "compromise", "status": "cancelled"}
        return body | ({"relationshipToPartner": "none"} if route.template.endswith("{customer}") else words)
    reservation = next(iter(tenant.simulator.store.reservations))
    sessions = [one.id for one in tenant.simulator.store.refund_sessions]
    wanted = {"reservationToReturn": {"reservationId": reservation.id, "quantity": 1}}
    properties = wanted | {"renew": False, "sessionId": sessions[-1] if sessions else "none"}
    return body | {"action": "terminate", "properties": properties}


def _path(tenant: Tenant, template: str, pick: int) -> str:
    store, customer = tenant.simulator.store, tenant.customer

    def one_of(items: Any) -> str:
        ids = [item.id for item in items] or ["nothing"]
        return str(ids[pick % len(ids)])

    reservation = next(iter(store.reservations))
    values = {
        "customer": customer if pick > 1 else "nothing",
        "subscription": one_of(store.subscriptions.of(customer)),
        "entitlement": one_of(store.entitlements.of(customer)),
        "order": reservation.reservation_order_id if "reservationOrders" in template else one_of(store.orders),
        "relationship": one_of(store.gdap),
        "reservation": reservation.id,
        "transfer": one_of(store.transfers),
        "tenant": tenant.scenario.partner.tenant_id,
    }
    for name in ("plan", "request", "type", "group", "line", "resource", "product", "sku"):
        values[name] = "nothing"
    return template.format(**values)


def _state(store: Store) -> list[list[Any]]:
    skipped = {"audit", "replays", "refundSessions"}
    return [list(table) for table in store.tables if table.name not in skipped]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12), st.sampled_from(({}, *alternatives())))
def test_anything_goes(steps: list[tuple[Route, int, Any, int, str | None]], odd: dict[str, Any]) -> None:
    tenant = Tenant(SCENARIO.model_copy(update={"knobs": SCENARIO.knobs.model_copy(update=odd)}))
    simulator = tenant.simulator
    tokens = [tenant.token(PARTNER_CENTER), tenant.token(GRAPH), tenant.token(ARM, tenant.customer)]
    for route, pick, wild, days, request_id in steps:
        path = f"{_path(tenant, route.template, pick)}?api-version=2022-11-01"
        tenant.clock.advance(timedelta(days=days))
        now = simulator.settle()
        body = _body(tenant, route, path, wild)
        before, length = _state(simulator.store), simulator.journal.next_seq
        free = not blockers(simulator.store, tenant.customer, simulator.knobs, now)
        token = tokens[0 if route.template.startswith("/v1/") else 1 if "/v1.0/" in route.template else 2]
        headers = {"authorization": f"Bearer {token}"} | ({"ms-requestid": request_id} if request_id else {})
        answer = simulator.handle(Request.of(route.method, path, headers, encode(body)))
        assert answer.status < 500 or answer.status == 501, (route, answer)
        entry = simulator.journal.since(length)[0]
        assert simulator.journal.next_seq == length + 1
        assert bool(entry.effects) == (_state(simulator.store) != before), (route, body, entry)
        if any(one.name == "relationship.removed" for one in entry.effects):
            assert free or simulator.knobs.removal_preconditions == "ignored"
