"""Profiles of customers and of the partner: every link leads somewhere."""

from collections.abc import Iterator
from typing import Any

from local.simulator.scenario import builder as b
from local.simulator.services.routes import ROUTER
from local.simulator.tests.unit.tenant import ARM, Tenant, code_of


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "links":
                yield from (one["uri"] for one in item.values())
            else:
                yield from _links(item)
    elif isinstance(value, list):
        for item in value:
            yield from _links(item)


def test_the_links_of_a_customer_lead_to_its_profiles() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso"), b.customer("Fabrikam")))
    whole = tenant.get(f"/v1/customers/{tenant.customer}")
    for uri in _links(whole):
        assert tenant.call("GET", f"/v1{uri}").status == 200, uri
    for uri in _links(tenant.get("/v1/customers")):
        assert ROUTER.find("GET", f"/v1{uri.split('?')[0].removeprefix('/v1')}"), uri
    company = tenant.get(f"/v1/customers/{tenant.customer}/profiles/company")
    assert company == whole["companyProfile"]
    assert company["email"]
    billing = tenant.get(f"/v1/customers/{tenant.customer}/profiles/billing")
    assert billing == whole["billingProfile"]
    assert billing["attributes"]["etag"]


def test_without_delegated_rights_the_company_shows_no_address() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", allow_delegated_access=False)))
    company = tenant.get(f"/v1/customers/{tenant.customer}/profiles/company")
    assert {"address", "email"}.isdisjoint(company)


def test_the_profiles_go_with_the_relationship() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso"), removal_lag="PT0S"))
    assert tenant.remove().status == 200
    for profile in ("company", "billing"):
        answer = tenant.call("GET", f"/v1/customers/{tenant.customer}/profiles/{profile}")
        assert (answer.status, code_of(answer)) == (403, "20002")


def test_the_partner_has_a_billing_profile() -> None:
    body = Tenant(b.scenario()).get("/v1/profiles/billing")
    assert (body["billingCurrency"], body["profileType"]) == ("USD", "BillingProfile")


def test_an_unknown_azure_route_names_itself() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    token = tenant.token(ARM, tenant.customer)
    answer = tenant.call("DELETE", "/providers/Microsoft.Capacity/reservations", token=token)
    assert (answer.status, code_of(answer)) == (501, "NotImplemented")
    assert "DELETE /providers/Microsoft.Capacity/reservations" in answer.json()["error"]["message"]
