"""The truth table, cell by cell: what the simulator answers, and what then is true."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.states import STATES
from local.simulator.tenant.kinds import ActionType, Kind
from local.simulator.tests.contract.truth_table import others
from local.simulator.tests.contract.truth_table.actions import remove, said
from local.simulator.tests.contract.truth_table.subscriptions import ACTIONS, CELLS, FREE, OK, ROWS, STAYS, Row
from local.simulator.tests.unit.tenant import Tenant

CHANGES: dict[str, dict[str, Any]] = {
    "suspend": {"status": "suspended"},
    "cancel": {"status": "deleted"},
    "renew_off": {
        "autoRenewEnabled": False,
        "scheduledActions": [{"scheduleType": "TermEnd", "actionType": "Cancel"}],
    },
}
UNFORESEEN = {"removal_refused"}
"""Nothing that the customer holds is in the way, and it is refused all the same."""
LEGACY = {Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE}
ACCEPTED = [(row, action) for row, action, knobs, expected in CELLS if expected == OK and not knobs]


def _tenant(state: str, knobs: dict[str, Any]) -> Tenant:
    tenant = Tenant(b.scenario(b.customer("Contoso", *STATES[state]), **knobs))
    tenant.simulator.settle()
    return tenant


def _name(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{knob}={one}" for knob, one in value.items())
    return str(getattr(value, "name", value))


def _one(tenant: Tenant, row: Row) -> Any:
    return tenant.simulator.store.subscriptions.get(tenant.subscription(row.subject))


@pytest.mark.parametrize(("row", "action", "knobs", "expected"), CELLS, ids=_name)
def test_subscriptions(row: Row, action: str, knobs: dict[str, Any], expected: str) -> None:
    tenant = _tenant(row.state, knobs)
    if action == "remove":
        free = expected == FREE
        assert (not tenant.simulator.removal_blockers("Contoso")) == free
        assert remove(tenant) == ("200" if free else "400/2000")
        return
    before = list(tenant.simulator.store.subscriptions)
    answer = said(tenant.patch_subscription(row.subject, **CHANGES[action]))
    assert answer == expected.split()[0]
    if answer == OK:
        _check_effect(_one(tenant, row), action, expected)
    else:
        assert list(tenant.simulator.store.subscriptions) == before


def _check_effect(one: Any, action: str, expected: str) -> None:
    cancels = one.scheduled(ActionType.CANCEL)
    if expected == STAYS:
        assert (one.status, one.auto_renew, cancels) == ("active", False, True)
    elif action == "suspend":
        assert one.status == "suspended"
        assert one.kind in LEGACY or (one.auto_renew, one.scheduled_actions) == (False, ())
    elif action == "cancel":
        assert one.status == "deleted"
    else:
        assert (one.auto_renew, cancels) == (False, True)


@pytest.mark.parametrize(("row", "action"), ACCEPTED, ids=_name)
def test_every_accepted_change_may_answer_202(row: Row, action: str) -> None:
    tenant = _tenant(row.state, {"async_patch": True, "patch_lag": "PT1M"})
    before = _one(tenant, row)
    answer = tenant.patch_subscription(row.subject, **CHANGES[action])
    already = before.status == "suspended" if action == "suspend" else before.scheduled(ActionType.CANCEL)
    if already and action != "cancel":
        assert answer.status == 200
        return
    location = f"/customers/{tenant.customer}/subscriptions/{before.id}"
    assert (answer.status, answer.headers["Location"], answer.body) == (202, location, b"")
    assert said(tenant.patch_subscription(row.subject, **CHANGES[action])) == "409/900278"
    tenant.advance(minutes=1)
    tenant.simulator.settle()
    _check_effect(_one(tenant, row), action, OK)


@pytest.mark.parametrize("cell", others.CELLS, ids=_name)
def test_everything_else(cell: others.Cell) -> None:
    tenant = _tenant(cell.state, cell.knobs)
    assert cell.action(tenant) == cell.expected
    if cell.truth is not None:
        assert cell.truth(tenant) == cell.then


def test_another_partners_customer_and_an_unknown_one() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", relationship="otherPartner")))
    assert said(tenant.call("GET", f"/v1/customers/{tenant.customer}/subscriptions")) == "403/20002"
    assert remove(tenant) == "403/20002"
    unknown = "/v1/customers/00000000-0000-4000-8000-000000000000"
    assert said(tenant.call("GET", unknown)) == "404/60003"
    tenant.control("PATCH", "knobs", {"unknownTenant": "noRelationship"})
    assert said(tenant.call("GET", unknown)) == "403/20002"


def test_an_application_alone_and_an_indirect_reseller_remove_nobody() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    token = tenant.token("https://api.partnercenter.microsoft.com", app_only=True)
    body = {"relationshipToPartner": "none"}
    assert said(tenant.call("PATCH", f"/v1/customers/{tenant.customer}", body, token)) == "403/900329"
    provider = {"id": "5d9c1f0e-2222-4000-8000-000000000001", "name": "Big Provider", "mpnId": "77"}
    reseller = b.scenario(b.customer("Contoso"), partner=b.partner(providers=(provider,)))
    assert remove(Tenant(reseller)) == "403/900150"


def test_an_add_on_comes_back_after_its_base() -> None:
    tenant = _tenant("add_on_of_suspended_base", {})
    assert said(tenant.patch_subscription(1, status="suspended")) == "200"
    assert said(tenant.patch_subscription(1, status="active")) == "409/27009"
    assert said(tenant.patch_subscription(0, status="active")) == "200"
    assert said(tenant.patch_subscription(1, status="active")) == "200"


@pytest.mark.parametrize("state", ["azure_plan", "azure_plan_idle", "reservation"])
def test_a_refusal_for_azure_names_orders(state: str) -> None:
    tenant = _tenant(state, {})
    text = tenant.remove().json()["description"]
    assert "active Azure reserved instances" in text
    assert next(iter(tenant.simulator.store.orders)).id in text


@pytest.mark.parametrize("state", sorted(STATES.keys() - UNFORESEEN))
def test_the_oracle_and_the_answer_agree(state: str) -> None:
    tenant = _tenant(state, {})
    free = not tenant.simulator.removal_blockers("contoso.onmicrosoft.com")
    assert (remove(tenant) == "200") == free


def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    cells = len(CELLS) + len(ACCEPTED) + len(others.CELLS)
    assert len(CELLS) == len(ROWS) * len(ACTIONS) + sum(len(row.open_cells) for row in ROWS)
    with capsys.disabled():
        print(f"\ntruth table: {cells} cells ({len(CELLS)} + {len(ACCEPTED)} as 202 of subscriptions)")  # noqa: T201
