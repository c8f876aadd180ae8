"""A request dropped on the queue ends with the relationship removed, proven and reported; not a moment too early."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import ROOT
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

NAME = "Contoso Bakery"
ENDINGS = {
    "subscription.suspended": 2,
    "subscription.cancelled": 3,
    "entitlement.cancelled": 2,
    "reservation.returned": 1,
    "order.cancelled": 1,
    "relationship.removed": 1,
    "gdap.terminated": 1,
}
"""The legacy licence and, once it is empty, the Azure plan are suspended; everything else is cancelled or returned."""


def test_a_request_on_the_queue_ends_in_a_proven_removal(crm: Crm, api: Api, tenant: Tenant) -> None:
    customer = tenant.customer(NAME)
    assert customer["id"] in tenant.listed()
    crm.send(request_for(NAME, "removal", customer))
    last_blocked = _watch_until_removed(tenant, customer["id"])
    shown = api.follow("removal", {"removed"})
    event = crm.outcome("removal")

    assert customer["id"] not in tenant.listed()
    (removal,) = tenant.removals(customer["id"])
    assert removal["seq"] > last_blocked > 0, "the removal was asked for while something was active"
    _check_effects(tenant, customer)
    _check_event(event, shown)
    assert all(proof["holds"] for proof in shown["proofs"])
    assert shown["reestablishUrl"].startswith("https://admin.microsoft.com/")
    assert not any("blocker" in holding for holding in shown["holdings"])


def _watch_until_removed(tenant: Tenant, customer_id: str) -> int:
    """How long the journal was when the tenant's own rules last saw a blocker."""
    last_blocked = 0

    def gone() -> bool:
        nonlocal last_blocked
        state = tenant.state()
        (customer,) = [one for one in state["customers"] if one["id"] == customer_id]
        if customer["blockers"]:
            last_blocked = max(last_blocked, state["journalLength"])
        return bool(customer["relationship"] == "none")

    until(gone, f"removal of {customer_id}", every=0.02)
    return last_blocked


def _check_effects(tenant: Tenant, customer: dict[str, Any]) -> None:
    """Every holding was ended exactly once, everything but GDAP before the removal."""
    effects = tenant.effects(customer["id"])
    names = [name for name, _ in effects]
    assert {name: names.count(name) for name in set(names)} == ENDINGS
    assert len(set(effects)) == len(effects), "an effect happened twice"
    removed = names.index("relationship.removed")
    assert names[removed + 1 :] == ["gdap.terminated"]
    held = {item["id"] for kind in ("subscriptions", "azureEntitlements", "reservations") for item in customer[kind]}
    assert held <= {holding for _, holding in effects[:removed]}


def _check_event(event: dict[str, Any], shown: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / f"{event['type']}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(event, schema, format_checker=jsonschema.FormatChecker())
    assert event["type"] == "offboarding.removed.v1"
    assert event["subject"] == event["data"]["offboardingId"] == shown["offboardingId"]
    assert event["data"]["reestablishUrl"] == shown["reestablishUrl"]
    assert event["data"]["proofs"] == shown["proofs"]
