"""A request that names the wrong customer is answered before anything is written anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import PARTNER, Tenant

pytestmark = pytest.mark.e2e

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another-name": ({"customerCompanyName": "Right Ltd"}, "customer_mismatch"),
    "another-domain": (
        {"customerCompanyName": None, "customerDomain": "rightltd.onmicrosoft.com"},
        "customer_mismatch",
    ),
    "nearly-the-name": ({"customerCompanyName": "wrong ltd"}, "customer_mismatch"),
    "own-tenant": ({"customerTenantId": PARTNER, "customerCompanyName": "Relecloud Partners"}, "own_tenant"),
    "own-tenant-in-capitals": ({"customerTenantId": PARTNER.upper()}, "own_tenant"),
    "unknown-tenant": ({"customerTenantId": "00000000-0000-4000-8000-000000000002"}, "customer_unknown"),
}


def test_the_wrong_customer_is_rejected_before_any_write(crm: Crm, api: Api, tenant: Tenant) -> None:
    wrong, right = tenant.customer("Wrong Ltd"), tenant.customer("Right Ltd")
    for request_id, (fields, code) in WRONG.items():
        crm.send(request_for("Wrong Ltd", request_id, wrong, **fields))
        event = crm.outcome(request_id)
        assert event["type"] == "offboarding.rejected.v1"
        assert event["data"]["reason"]["code"] == code, event
        assert event["data"]["reason"]["operatorAction"]
        assert api.follow(request_id, {"rejected"})["holdings"] == []
    for customer in (wrong, right):
        assert {entry["method"] for entry in tenant.journal(customer["id"])} <= {"GET"}
        assert tenant.effects(customer["id"]) == []
    assert not tenant.journal(PARTNER)
    assert {wrong["id"], right["id"]} <= tenant.listed()
