"""The partner itself: profiles, indirect partners, transfers to another one, the MFA test header."""

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import PartnerSpec
from local.simulator.tenant.kinds import TransferStatus
from local.simulator.tests.unit.tenant import PARTNER_CENTER, Tenant, code_of

SHOP = {"id": "5d9c1f0e-2222-4000-8000-000000000001", "name": "Small Shop", "mpnId": "77"}


def test_profiles_say_who_the_partner_is() -> None:
    tenant = Tenant(b.scenario(partner=b.partner(name="Relecloud", mpn_id="42", resellers=(SHOP,))))
    own = tenant.get("/v1/profiles/mpn")
    assert (own["mpnId"], own["partnerName"], own["profileType"]) == ("42", "Relecloud", "MpnProfile")
    assert tenant.get("/v1/profiles/mpn?mpnId=77")["partnerName"] == "Small Shop"
    missing = tenant.call("GET", "/v1/profiles/mpn?mpnId=9999999")
    assert (missing.status, code_of(missing)) == (404, "3000")
    organization = tenant.get("/v1/profiles/organization")
    assert organization["tenantId"] == tenant.scenario.partner.tenant_id
    assert organization["domain"] == "relecloudpartners.onmicrosoft.com"
    assert tenant.get("/v1/profiles/legalbusiness")["vettingStatus"] == "authorized"


def test_an_application_alone_reads_only_the_legal_profile() -> None:
    tenant = Tenant(b.scenario())
    token = tenant.token(PARTNER_CENTER, app_only=True)
    assert tenant.call("GET", "/v1/profiles/legalbusiness", token=token).status == 200
    assert code_of(tenant.call("GET", "/v1/profiles/organization", token=token)) == "900329"


@pytest.mark.parametrize(
    ("partner", "provides", "resells"),
    [
        (b.partner(), 0, 0),
        (b.partner(resellers=(SHOP,)), 1, 0),
        (b.partner(providers=(SHOP,)), 0, 1),
    ],
    ids=["direct", "provider", "reseller"],
)
def test_relationships_tell_the_partner_model(partner: PartnerSpec, provides: int, resells: int) -> None:
    tenant = Tenant(b.scenario(partner=partner))
    counts = [
        tenant.get(f"/v1/relationships{query}")["totalCount"]
        for query in (
            "?relationship_type=IsIndirectCloudSolutionProviderOf",
            "?relationship_type=IsIndirectResellerOf",
            "",
        )
    ]
    assert counts == [provides, resells, provides + resells]
    assert code_of(tenant.call("GET", "/v1/relationships?relationship_type=Friend")) == "800002"


def test_subscriptions_of_a_resellers_customer_name_the_reseller() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce(), b.nce(partner_id="78"), resellers=(SHOP,))))
    items = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"]
    assert [one["partnerId"] for one in items] == ["77", "78"]


@pytest.mark.parametrize("left", ["deleted", "absent", "stay"])
def test_a_completed_transfer_takes_everything_along(left: str) -> None:
    spec = b.customer(
        "Contoso", b.nce(name="Base"), b.add_on("Base"), b.azure_plan(2, name="Plan"), b.transfer("Base", "Plan")
    )
    tenant = Tenant(b.scenario(spec, transferred=left))
    found = next(iter(tenant.simulator.store.transfers))
    change = {"customer": tenant.customer, "holding": found.id, "set": {"status": "Complete"}}
    assert tenant.control("POST", "mutate", change).status == 200
    statuses = [one.status for one in tenant.simulator.store.subscriptions]
    assert statuses == {"deleted": ["deleted"] * 3, "absent": [], "stay": ["active"] * 3}[left]
    assert len(list(tenant.simulator.store.entitlements)) == (2 if left == "stay" else 0)
    shown = tenant.get(f"/v1/customers/{tenant.customer}/transfers/{found.id}")
    assert [(one["status"], one["friendlyName"]) for one in shown["lineItems"]] == [
        ("Complete", "Base"),
        ("Complete", "Plan"),
    ]
    assert all(one["orderId"] for one in shown["lineItems"])


def test_a_partial_transfer_leaves_the_last_one() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce(name="A"), b.nce(name="B"), b.transfer("A", "B"))))
    found = next(iter(tenant.simulator.store.transfers))
    status = TransferStatus.PARTIALLY_COMPLETE
    change = {"customer": tenant.customer, "holding": found.id, "set": {"status": status}}
    assert tenant.control("POST", "mutate", change).status == 200
    assert [one.status for one in tenant.simulator.store.subscriptions] == ["deleted", "active"]
    lines = tenant.get(f"/v1/customers/{tenant.customer}/transfers")[0]["lineItems"]
    assert [one["status"] for one in lines] == ["Complete", "Failed"]
    assert [one.kind for one in tenant.simulator.removal_blockers("Contoso")] == ["nceLicence"]


@pytest.mark.parametrize(
    ("mfa", "knob", "said"), [(True, "header", "true"), (False, "header", "false"), (True, "absent", None)]
)
def test_the_mfa_test_header(mfa: bool, knob: str, said: str | None) -> None:
    tenant = Tenant(b.scenario(validate_mfa_answer=knob, sign_in={"mfa": mfa}))
    answer = tenant.call("GET", "/v1/customers", ValidateMfa="true")
    assert answer.headers.get("isMfaCompliant") == said
    assert "isMfaCompliant" not in tenant.call("GET", "/v1/customers").headers


def test_the_oracle_knows_customers_by_id_domain_and_name() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce()), b.customer("Fabrikam")))
    for name in (tenant.customer, "contoso.onmicrosoft.com", "CONTOSO"):
        assert len(tenant.simulator.removal_blockers(name)) == 1
    assert tenant.simulator.removal_blockers("Fabrikam") == ()
    with pytest.raises(KeyError):
        tenant.simulator.removal_blockers("Nobody")
