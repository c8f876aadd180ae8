"""Scenario files: the two that come along, and what a mistake is answered with."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

import local.simulator.scenario.load as load_module
from local.simulator.knobs import Knobs, SignIn
from local.simulator.scenario import builder as b
from local.simulator.scenario.change import Fields
from local.simulator.scenario.load import ScenarioError, load_scenario
from local.simulator.scenario.models import CustomerSpec, ReservationSpec, SubscriptionSpec
from local.simulator.tests.unit.tenant import Tenant

FOLDER = Path(load_module.__file__).parents[1] / "scenarios"


def _blockers(tenant: Tenant) -> dict[str, list[str]]:
    state = tenant.control("GET", "state").json()
    return {one["name"]: [found["kind"] for found in one["blockers"]] for one in state["customers"]}


def test_the_default_scenario_is_what_its_description_says() -> None:
    tenant = Tenant(load_scenario(FOLDER / "default.json"))
    blockers = _blockers(tenant)
    assert sorted(blockers["Contoso Bakery"]) == sorted(
        ["legacyLicence"] * 2
        + ["nceLicence"] * 3
        + ["nceTrial", "azurePlan", "reservation", "perpetualSoftware"]
        + ["azureEntitlement"] * 2
    )
    assert blockers["Fabrikam Logistics"] == ["nceLicence", "nceLicence", "legacyLicence"]
    assert blockers["Adventure Works"] == ["marketplace", "savingsPlan"]
    assert blockers["Northwind Traders"] == ["nceLicence"] * 3
    assert blockers["Tailspin Toys"] == blockers["Wingtip Archive"] == blockers["Proseware"] == []
    listed = tenant.get("/v1/customers")
    assert (listed["totalCount"], len(listed["items"])) == (6, 3)
    assert tenant.call("GET", "/v1/customers/c0000007-0000-4000-8000-000000000007").status == 403


def test_the_documentation_names_every_field_and_its_example_is_valid(tmp_path: Path) -> None:
    text = (FOLDER.parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    models: tuple[type[BaseModel], ...] = (Knobs, SignIn, SubscriptionSpec, ReservationSpec, CustomerSpec, Fields)
    for model in models:
        for field in model.model_fields:
            assert to_camel(field) in text, f"{model.__name__}.{field}"
    example = text.split("```json")[1].split("```")[0]
    assert len(load_scenario(_write(tmp_path, example)).customers) == 2


def test_the_same_file_gives_the_same_ids() -> None:
    first, second = (Tenant(load_scenario(FOLDER / "default.json")) for _ in range(2))
    ids = [[one.id for one in tenant.simulator.store.orders] for tenant in (first, second)]
    assert ids[0] == ids[1]


def test_the_empty_scenario() -> None:
    tenant = Tenant(load_scenario(FOLDER / "empty.json"))
    assert tenant.get("/v1/customers") == {
        "totalCount": 0,
        "items": [],
        "links": {"self": {"uri": "/customers", "method": "GET", "headers": []}},
        "attributes": {"objectType": "Collection"},
    }


def _write(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "scenario.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def _with_subscription(**fields: Any) -> Any:
    return {"customers": [{"name": "Contoso", "subscriptions": [{"kind": "nceLicence"} | fields]}]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is not JSON"),
        ([], "the file"),
        ({"customer": []}, "customer: "),
        ({"knobs": {"strict": True}}, "knobs.strict: "),
        ({"knobs": {"pageSize": 0}}, "knobs.pageSize: "),
        ({"knobs": {"removalLag": "soon"}}, "knobs.removalLag: "),
        ({"knobs": {"renewalJob": "P2D"}}, "knobs.renewalJob: "),
        ({"customers": [{}]}, "customers.0.name: "),
        ({"customers": [{"name": "Contoso", "id": "1"}]}, "not a GUID"),
        (_with_subscription(kind="licence"), "subscriptions.0.kind: "),
        (_with_subscription(started="yesterday"), "neither a date-time nor relative"),
        (_with_subscription(term="PT0S"), "at least a day"),
        (_with_subscription(azureSubscriptions=[{}]), "azurePlan only"),
        (_with_subscription(kind="legacyLicence", extended=True), "nceLicence only"),
        (_with_subscription(renewalLocked=True), "legacyLicence only"),
        (_with_subscription(scheduledCancel=True, autoRenew=True), "autoRenew false"),
        (_with_subscription(quantity=0), "subscriptions.0.quantity: "),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: Any, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(_write(tmp_path, content))
    assert expected in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("holdings", "expected"),
    [
        ((b.nce(parent="Nobody"),), "parent 'Nobody'"),
        ((b.transfer("Nobody"),), "'Nobody'"),
        ((b.nce(id="5d9c1f0e-1111-4000-8000-000000000001"),) * 2, "used twice"),
    ],
)
def test_what_does_not_fit_together_is_named(holdings: tuple[b.Holding, ...], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        Tenant(b.scenario(b.customer("Contoso", *holdings)))


def test_indirect_resellers() -> None:
    reseller = {"id": "5d9c1f0e-2222-4000-8000-000000000001", "name": "Small Shop", "mpnId": "77"}
    spec = b.customer("Contoso", b.nce(), b.nce(partner_id="78"), resellers=(reseller,))
    tenant = Tenant(b.scenario(spec))
    items = tenant.get(f"/v1/customers/{tenant.customer}/relationships")["items"]
    assert [(one["mpnId"], one["relationshipType"]) for one in items] == [
        ("77", "is_indirect_cloud_solution_provider_of")
    ]
    assert tenant.get(f"/v1/customers/{tenant.customer}/subscriptions?mpn_id=77")["totalCount"] == 1
    order = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][1]["orderId"]
    assert tenant.get(f"/v1/customers/{tenant.customer}/subscriptions?order_id={order}")["totalCount"] == 1


def test_subscriptions_can_share_an_order() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce(order_id="shared"), b.nce(order_id="shared"))))
    orders = tenant.get(f"/v1/customers/{tenant.customer}/orders")["items"]
    assert [[line["lineItemNumber"] for line in one["lineItems"]] for one in orders] == [[0, 1]]
    assert tenant.get(f"/v1/customers/{tenant.customer}/orders?billingType=onetime")["items"] == []


def test_five_hundred_licences() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", *[b.nce() for _ in range(500)])))
    assert tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["totalCount"] == 500
