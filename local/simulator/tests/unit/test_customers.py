"""Customers: the list and its pages, one customer, delegated access, the removal and its proofs."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from local.simulator.scenario import builder as b
from local.simulator.tenant.kinds import GdapStatus, Relationship
from local.simulator.tests.unit.tenant import Tenant, code_of

NOBODY = "00000000-0000-4000-8000-00000000dead"


def _pages(tenant: Tenant, query: str = "size=0", by: str = "body") -> list[Any]:
    pages: list[Any] = []
    headers: dict[str, str] = {}
    path = f"/v1/customers?{query}"
    for _ in range(10):
        body = tenant.get(path, **headers)
        pages.append(body)
        follows = body["links"].get("next")
        token = body.get("continuationToken") if by == "body" else None
        if by == "links" and follows:
            token = follows["headers"][0]["value"]
        if token is None:
            return pages
        path, headers = f"/v1/customers?{query}&seekOperation=Next", {"ms_continuationtoken": token}
    raise AssertionError("too many pages")


@pytest.mark.parametrize("where", ["both", "body", "links"])
def test_pages(where: str) -> None:
    customers = [b.customer(f"Customer {number}") for number in range(7)]
    tenant = Tenant(b.scenario(*customers, page_size=3, continuation_in=where))
    pages = _pages(tenant, by="links" if where == "links" else "body")
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert {page["totalCount"] for page in pages} == {7}
    names = [one["companyProfile"]["companyName"] for page in pages for one in page["items"]]
    assert names == [f"Customer {number}" for number in range(7)]
    assert ("continuationToken" in pages[0], "next" in pages[0]["links"]) == (where != "links", where != "body")


def test_a_customer_that_leaves_between_pages_moves_nobody() -> None:
    tenant = Tenant(b.scenario(*[b.customer(f"C{n}") for n in range(4)], page_size=2, removal_lag="PT0S"))
    first = tenant.get("/v1/customers")
    assert tenant.remove().status == 200
    token = first["continuationToken"]
    second = tenant.get("/v1/customers?seekOperation=Next", ms_continuationtoken=token)
    assert [one["companyProfile"]["companyName"] for one in second["items"]] == ["C2", "C3"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("size=x", {}),
        ("seekOperation=Next", {}),
        ("", {"ms_continuationtoken": "WzMsIiJd"}),
        ("seekOperation=Next", {"ms_continuationtoken": "not base64"}),
        ("seekOperation=Next", {"ms_continuationtoken": "e30="}),
        ("filter=%7B", {}),
        ('filter={"Field":"Name","Value":"a","Operator":"starts_with"}', {}),
    ],
)
def test_bad_lists(query: str, headers: dict[str, str]) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    answer = tenant.call("GET", f"/v1/customers?{query}", **headers)
    assert (answer.status, answer.json()["code"]) == (400, "2000")


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [("CompanyName", "cont", 2), ("CompanyName", "contoso b", 1), ("Domain", "fab", 1), ("Domain", "zzz", 0)],
)
def test_filters(field: str, value: str, found: int) -> None:
    names = ["Contoso Bakery", "Contoso Mill", "Fabrikam"]
    tenant = Tenant(b.scenario(*[b.customer(name) for name in names]))
    text = quote(json.dumps({"Field": field, "Value": value, "Operator": "starts_with"}))
    body = tenant.get(f"/v1/customers?filter={text}")
    assert (body["totalCount"], len(body["items"])) == (found, found)


def test_details_need_delegated_rights() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.gdap()), dap_answer="customer"))
    path = f"/v1/customers/{tenant.customer}"
    body = tenant.get(path)
    assert (body["allowDelegatedAccess"], "customDomains" in body) == (True, True)
    assert "allowDelegatedAccess" not in tenant.get("/v1/customers")["items"][0]
    answer = tenant.call("PATCH", path, {"AllowDelegatedAccess": False})
    assert answer.json()["allowDelegatedAccess"] is False
    assert "customDomains" in tenant.get(path)  # granular rights are left
    relationship = next(iter(tenant.simulator.store.gdap)).id
    tenant.graph("POST", f"/{relationship}/requests", {"action": "terminate"})
    assert "customDomains" not in tenant.get(path)
    assert tenant.effects() == ["dap.removed", "gdap.terminated"]


def test_removing_delegated_access_answers_a_lone_brace_and_is_idempotent() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    for _ in range(2):
        answer = tenant.call("PATCH", f"/v1/customers/{tenant.customer}", {"allowDelegatedAccess": False})
        assert (answer.status, answer.body) == (200, b"}")
    assert tenant.effects() == ["dap.removed"]


def test_the_removal_and_its_proofs() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.gdap(), b.legacy(status="suspended"))))
    path = f"/v1/customers/{tenant.customer}"
    answer = tenant.remove(ms_requestid="11111111-1111-4111-8111-111111111111")
    assert (answer.json()["relationshipToPartner"], answer.json()["id"]) == ("none", None)
    tenant.advance(seconds=119)
    assert tenant.get(path)["relationshipToPartner"] == "reseller"
    again = tenant.remove()
    assert (again.status, code_of(again)) == (400, "3000")
    tenant.advance(seconds=1)
    assert tenant.get("/v1/customers")["totalCount"] == 0
    assert (tenant.call("GET", path).status, code_of(tenant.call("GET", path))) == (404, "1000")
    for below in ("subscriptions", "orders", "entitlements", "transfers", "relationships"):
        answer = tenant.call("GET", f"{path}/{below}")
        assert (answer.status, code_of(answer)) == (403, "20002"), below
    assert code_of(tenant.call("POST", f"{path}/orders", {})) == "20002"
    assert code_of(tenant.call("PATCH", path, {"allowDelegatedAccess": False})) == "20002"
    replayed = tenant.remove(ms_requestid="11111111-1111-4111-8111-111111111111")
    assert replayed.status == 200
    assert tenant.effects() == ["relationship.removed"]
    assert next(iter(tenant.simulator.store.gdap)).status is GdapStatus.ACTIVE


def test_the_removal_is_on_record() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce())))
    tenant.remove(ms_correlationid="aaaa")
    tenant.patch_subscription(0, status="deleted")
    tenant.remove(ms_correlationid="bbbb")
    text = quote(json.dumps({"Field": "CustomerId", "Value": tenant.customer, "Operator": "equals"}))
    items = tenant.get(f"/v1/auditrecords?startDate=2026-11-01&filter={text}")["items"]
    assert [(one["operationType"], one["operationStatus"]) for one in items] == [
        ("remove_partner_customer_relationship", "failed"),
        ("update_subscription", "succeeded"),
        ("remove_partner_customer_relationship", "succeeded"),
    ]
    assert items[2]["originalCorrelationId"] == "bbbb"
    assert tenant.get("/v1/auditrecords?startDate=2026-11-03&endDate=2026-11-04")["totalCount"] == 0
    assert tenant.call("GET", "/v1/auditrecords").status == 400


@pytest.mark.parametrize(
    ("holding", "text"),
    [
        (b.azure_plan(1, order_id="plan-order"), "active Azure reserved instances"),
        (b.reservation(order_id="plan-order"), "plan-order"),
        (b.nce(name="Mail"), "nceLicence"),
        (b.perpetual(), "perpetualSoftware"),
    ],
)
def test_the_refusal_names_what_blocks(holding: b.Holding, text: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", holding)))
    answer = tenant.remove()
    assert text in answer.json()["description"]
    state = tenant.control("GET", f"state?customer={tenant.customer}").json()
    blockers = state["customers"][0]["blockers"]
    assert [f"{one['kind']}:{one['id']}" for one in blockers] == answer.json()["data"]


@pytest.mark.parametrize(
    ("who", "knobs", "expected"),
    [
        ("other", {}, (403, "20002")),
        ("partner", {}, (403, "20002")),
        (NOBODY, {}, (404, "60003")),
        (NOBODY, {"unknown_tenant": "noRelationship"}, (403, "20002")),
        ("not-a-guid", {}, (400, "900118")),
        ("nobody.onmicrosoft.com", {}, (404, "60003")),
    ],
)
def test_customers_that_are_not_ours(who: str, knobs: Any, expected: tuple[int, str]) -> None:
    other = b.customer("Proseware", b.nce(), relationship=Relationship.OTHER_PARTNER)
    tenant = Tenant(b.scenario(other, **knobs))
    ids = {"other": tenant.customer, "partner": tenant.scenario.partner.tenant_id}
    path = f"/v1/customers/{ids.get(who, who)}"
    for method, url, body in (
        ("GET", path, None),
        ("GET", f"{path}/subscriptions", None),
        ("PATCH", path, {"relationshipToPartner": "none"}),
    ):
        answer = tenant.call(method, url, body)
        assert (answer.status, code_of(answer)) == expected
    assert tenant.get("/v1/customers")["totalCount"] == 0


def test_the_default_domain_names_a_customer() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    answer = tenant.call("PATCH", "/v1/customers/Contoso.onmicrosoft.com", {"relationshipToPartner": "none"})
    assert answer.status == 200
    assert tenant.simulator.journal.since(2)[0].customer == tenant.customer


def test_knobs_of_the_removal() -> None:
    tenant = Tenant(
        b.scenario(
            b.customer("Contoso", b.gdap()),
            removal_lag="PT0S",
            gone_customer="noRelationship",
            repeated_removal_status=404,
            gdap_ends_with_relationship=True,
        )
    )
    tenant.remove()
    tenant.advance(minutes=5)
    assert code_of(tenant.call("GET", f"/v1/customers/{tenant.customer}")) == "20002"
    assert not next(iter(tenant.simulator.store.customers)).delegated_access
    assert tenant.remove().status == 404
    assert next(iter(tenant.simulator.store.gdap)).status is GdapStatus.TERMINATED


@pytest.mark.parametrize("body", [{}, {"relationshipToPartner": "reseller"}, {"allowDelegatedAccess": True}, [], None])
def test_other_customer_changes_are_refused(body: Any) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    assert code_of(tenant.call("PATCH", f"/v1/customers/{tenant.customer}", body)) == "800002"


def test_the_link_that_brings_the_relationship_back() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso")))
    body = tenant.get("/v1/customers/relationshiprequests")
    assert f"partnerId={tenant.scenario.partner.tenant_id}" in body["url"]
    assert tenant.get("/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf")["items"] == []


@pytest.mark.parametrize("oddity", ["never", "documented", "always"])
def test_casing_and_byte_order_mark(oddity: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso"), pascal_case=oddity, bom=oddity))
    listed = tenant.call("GET", "/v1/customers")
    assert ("Items" in listed.json(), listed.body.startswith(b"\xef\xbb\xbf")) == (oddity == "always",) * 2
    assert ("RelationshipToPartner" in tenant.remove().json()) == (oddity != "never")


@pytest.mark.parametrize(("knob", "type_"), [("mixed", int), ("number", int), ("string", str)])
def test_error_codes_are_numbers_or_strings(knob: str, type_: type) -> None:
    tenant = Tenant(b.scenario(error_codes=knob))
    body = tenant.call("GET", f"/v1/customers/{NOBODY}").json()
    assert isinstance(body["code"], type_)
    assert set(body) == {"code", "description", "data", "source"}
