"""A CRM calls an offboarding off by the same queue, and everything that was changed is as it was before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e

NAME = "Mistaken Ltd"


def held(tenant: Tenant) -> list[tuple[Any, ...]]:
    return [(one["id"], one["status"], one["autoRenew"]) for one in tenant.customer(NAME)["subscriptions"]]


def test_a_withdrawal_by_queue_puts_everything_back(crm: Crm, api: Api, tenant: Tenant) -> None:
    customer, before = tenant.customer(NAME), held(tenant)
    crm.send(request_for(NAME, "mistaken", customer))
    api.follow("mistaken", {"waiting"})
    assert held(tenant) != before

    crm.send(
        {
            "version": "1",
            "type": "offboarding.withdrawal.v1",
            "requestId": "mistaken",
            "customerTenantId": customer["id"],
            "requestedBy": "crm@partner.example",
            "reason": "the customer stays",
        }
    )
    shown = api.follow("mistaken", {"withdrawn"})
    assert held(tenant) == before
    assert shown["withdrawal"]["actor"] == {"type": "queue", "id": "requests", "name": "crm@partner.example"}
    assert not shown["notRestored"]
    assert crm.outcome("mistaken")["type"] == "offboarding.withdrawn.v1"
    assert not tenant.removals(customer["id"])
