"""Answers in every documented shape: a whole offboarding reads them all alike, without a call more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs, Oddity
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, empty, late, legacy, nce
from tests.functional.trouble import arm

CUSTOMER = CustomerSpec(
    name="Odd",
    subscriptions=(legacy(), nce("Base"), nce("Add-on", parent="Base"), late("Late", "+P5D"), azure_plan("one")),
)
NO_LAG: dict[str, Any] = {"removal_lag": timedelta(0), "entitlement_lag": timedelta(0)}
ODDITIES: dict[str, dict[str, Any]] = {
    "byte order marks": {"bom": Oddity.ALWAYS},
    "PascalCase": {"pascal_case": Oddity.ALWAYS},
    "PascalCase where documented": {"pascal_case": Oddity.DOCUMENTED},
    "neither": {"bom": Oddity.NEVER, "pascal_case": Oddity.NEVER},
    "numeric codes": {"error_codes": "number"},
    "codes as text": {"error_codes": "string"},
    "token in the body": {"continuation_in": "body", "page_size": 1},
    "token in the link": {"continuation_in": "links", "page_size": 1},
    "totals of the page": {"total_count": "page", "page_size": 1},
    "camelCase schedules": {"scheduled_actions_case": "camel"},
    "200 for an Azure subscription": {"entitlement_cancel_status": 200},
    "gone as 403": {"gone_customer": "noRelationship"},
}
ONE_SUBSCRIPTION = re.compile(r"/subscriptions/[^/]+$")


def offboard(world: World) -> Offboarding:
    request = world.ask(CUSTOMER)
    world.run()
    check_invariants(world)
    return world.offboarding(request)


@pytest.mark.parametrize("name", ODDITIES)
def test_every_shape_is_read_alike(name: str) -> None:
    plain, odd = (
        World(scenario=Scenario(customers=(CUSTOMER, empty("A"), empty("B")), knobs=Knobs(**{**NO_LAG, **fields})))
        for fields in ({}, ODDITIES[name])
    )
    assert (offboard(plain).status, offboard(odd).status) == (Status.REMOVED, Status.REMOVED)
    # One more page for each customer beyond the first; everything else is read once, in whatever shape.
    more_pages = 1 if ODDITIES[name].get("page_size") == 1 else 0
    assert len(odd.journal()) == len(plain.journal()) + more_pages


def test_what_is_accepted_for_later_is_read_back_by_the_list_alone() -> None:
    """202 with Location: the effect is looked for in the next list, and the Location is never polled."""
    knobs = Knobs(**{**NO_LAG, "async_patch": True, "patch_lag": timedelta(minutes=5)})
    world = World(scenario=Scenario(customers=(CUSTOMER,), knobs=knobs))
    assert offboard(world).status is Status.REMOVED

    read = [entry for entry in world.journal() if entry["method"] == "GET" and ONE_SUBSCRIPTION.search(entry["path"])]
    assert len(read) == 1, "only a schedule edit reads the one subscription that it changes"
    assert {entry["status"] for entry in world.journal() if entry["method"] == "PATCH"} == {200, 202}


@pytest.mark.parametrize("collection", ["subscriptions", "orders", "entitlements", "azureEntitlements"])
def test_fields_that_nobody_knows_change_nothing(collection: str) -> None:
    world = World(scenario=Scenario(customers=(CUSTOMER,), knobs=Knobs(**NO_LAG)))
    new: dict[str, Any] = {"somethingNew": {"deep": [1, None, {"x": True}]}, "anotherNew": "text"}
    setting = {f"/{name}": value for name, value in new.items()}
    if collection == "subscriptions":
        setting |= {f"/items/0/{name}": value for name, value in new.items()}
    rule = {
        "match": {"method": "GET", "pathRegex": f"/{collection}$", "times": None},
        "action": {"type": "rewrite", "set": setting},
    }
    arm(world, rule)
    assert offboard(world).status is Status.REMOVED
