"""Customers that change or cannot be read, lists that change while they are paged, and tokens of customers' tenants."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.simulator.tests.unit.tenant import ARM, PARTNER_CENTER, Tenant, code_of

NAMES = ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]


def _tenant(**fields: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", **fields)))


def _mutate(tenant: Tenant, **change: Any) -> int:
    return tenant.control("POST", "mutate", change).status


@pytest.mark.parametrize(
    ("fields", "user", "application"),
    [
        ({}, "", ""),
        ({"allow_delegated_access": False}, "AADSTS50020", ""),
        ({"allow_delegated_access": False, "gdap": (b.gdap(),)}, "", ""),
        ({"allow_delegated_access": False, "gdap": (b.gdap(status="approvalPending"),)}, "AADSTS50020", ""),
        ({"allow_delegated_access": False, "gdap": (b.gdap(status="terminated"),)}, "AADSTS50020", ""),
        ({"consent": "missing"}, "AADSTS65001", "AADSTS700016"),
        ({"consent": "unknownApplication"}, "AADSTS700016", "AADSTS700016"),
        ({"relationship": "otherPartner"}, "AADSTS50020", ""),
    ],
)
def test_who_may_have_a_token_of_a_customers_tenant(fields: dict[str, Any], user: str, application: str) -> None:
    tenant = _tenant(**fields)
    for app_only, expected in ((False, user), (True, application)):
        answer = tenant.redeem(ARM, tenant.customer, app_only)
        assert answer.status == (400 if expected else 200)
        assert answer.json().get("error_description", "").split(":")[0] == expected
    own = tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id)
    assert own.status == 200


def test_the_knob_gives_tokens_without_delegated_rights() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", allow_delegated_access=False), arm_access="always"))
    assert tenant.redeem(ARM, tenant.customer).status == 200


def test_consent_is_taken_back_and_given() -> None:
    tenant = _tenant()
    for consent, status in (("missing", 400), ("given", 200)):
        assert _mutate(tenant, customer=tenant.customer, set={"consent": consent}) == 200
        assert tenant.redeem(ARM, tenant.customer).status == status


@pytest.mark.parametrize(
    ("code", "status"), [("1000", 404), ("60003", 404), ("20002", 403), ("1002", 403), ("2032", 403), ("3000", 400)]
)
def test_a_customer_that_is_listed_and_cannot_be_read(code: str, status: int) -> None:
    tenant = _tenant(unreadable=code, unreadable_until="+P1D")
    path = f"/v1/customers/{tenant.customer}"
    answer = tenant.call("GET", path)
    assert (answer.status, code_of(answer)) == (status, code)
    assert [one["id"] for one in tenant.get("/v1/customers")["items"]] == [tenant.customer]
    assert tenant.call("GET", f"{path}/subscriptions").status == 200
    tenant.advance(days=1)
    assert tenant.call("GET", path).status == 200
    assert _mutate(tenant, customer=tenant.customer, set={"unreadable": code}) == 200
    assert tenant.call("GET", path).status == status
    assert _mutate(tenant, customer=tenant.customer, set={"unreadable": ""}) == 200
    assert tenant.call("GET", path).status == 200


def test_a_date_without_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="unreadable"):
        CustomerSpec(name="Contoso", unreadable_until="+P1D")


def test_a_customer_is_renamed() -> None:
    tenant = _tenant()
    assert _mutate(tenant, customer=tenant.customer, set={"name": "Contoso Ltd", "domain": "contoso.example"}) == 200
    body = tenant.get(f"/v1/customers/{tenant.customer}")
    assert (body["companyProfile"]["companyName"], body["companyProfile"]["domain"]) == (
        "Contoso Ltd",
        "contoso.example",
    )
    assert body["customDomains"] == ["contoso.example", "contoso.onmicrosoft.com"]
    assert tenant.call("GET", "/v1/customers/contoso.example").status == 200
    assert _mutate(tenant, customer=tenant.customer, set={"domain": "contoso.onmicrosoft.com"}) == 200
    after = tenant.get(f"/v1/customers/{tenant.customer}")["customDomains"]
    assert after == ["contoso.onmicrosoft.com", "contoso.example"]


def _paged(tenant: Tenant, *between: dict[str, Any]) -> list[str]:
    """The names of two customers a page; after the first page somebody else changes something."""
    headers: dict[str, str] = {}
    names, query, changes = [], "?size=2", list(between)
    while True:
        page = tenant.get(f"/v1/customers{query}", **headers)
        names += [one["companyProfile"]["companyName"] for one in page["items"]]
        if "continuationToken" not in page:
            return names
        headers, query = {"ms_continuationtoken": page["continuationToken"]}, "?size=2&seekOperation=Next"
        for change in changes:
            assert _mutate(tenant, **change) == 200
        changes = []


@pytest.mark.parametrize(
    ("goes_by", "gone", "comes"),
    [
        ("item", NAMES, [*NAMES, "Aaa"]),
        ("position", ["Alpha", "Bravo", "Delta", "Echo"], ["Alpha", "Bravo", "Bravo", "Charlie", "Delta", "Echo"]),
    ],
)
def test_a_list_that_changes_between_two_pages(goes_by: str, gone: list[str], comes: list[str]) -> None:
    def tenant() -> Tenant:
        return Tenant(b.scenario(*(b.customer(name) for name in NAMES), pages_go_by=goes_by))

    one = tenant()
    assert _paged(one, {"customer": one.customer, "set": {"relationship": "none"}}) == gone
    assert _paged(tenant(), {"newCustomer": {"name": "Aaa"}}) == comes
    assert _paged(tenant()) == NAMES


def test_a_continuation_token_expires() -> None:
    tenant = Tenant(b.scenario(*(b.customer(name) for name in NAMES), continuation_lasts="PT5M"))
    token = tenant.get("/v1/customers?size=2")["continuationToken"]
    path = "/v1/customers?size=2&seekOperation=Next"
    tenant.advance(minutes=4)
    assert tenant.call("GET", path, ms_continuationtoken=token).status == 200
    tenant.advance(minutes=1)
    answer = tenant.call("GET", path, ms_continuationtoken=token)
    assert (answer.status, code_of(answer)) == (400, "2000")


def test_a_new_customer_comes_with_what_it_holds_and_once() -> None:
    tenant = _tenant()
    change = {"newCustomer": {"name": "Late", "subscriptions": [{"kind": "nceLicence"}]}}
    assert _mutate(tenant, **change) == 200
    assert len(tenant.simulator.store.subscriptions) == 1
    assert _mutate(tenant, **change) == 400
    assert _mutate(tenant, set={"name": "Nobody"}) == 400
