"""Every knob is described, can be listed, and every alternative can be set."""

from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.knobs.listing import alternatives, knob_list
from local.simulator.scenario import builder as b
from local.simulator.tests.unit.tenant import Tenant


def test_the_list_over_http_has_every_knob_with_its_values_and_meaning() -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso"), removal_lag="PT7S"))
    listed = tenant.control("GET", "knobs").json()
    assert set(listed) == {one.wire_name for one in knob_list()}
    assert listed["removalLag"] == {
        "value": "PT7S",
        "default": "PT2M",
        "values": None,
        "open": False,
        "about": "Until readers see that the relationship is gone.",
    }
    assert listed["goneCustomer"]["values"] == ["notFound", "tenantNotFound", "noRelationship"]
    assert listed["goneCustomer"]["open"]
    assert all(one["about"] for one in listed.values())
    assert all(one["value"] in one["values"] for one in listed.values() if one["values"])


@pytest.mark.parametrize("odd", alternatives(), ids=str)
def test_every_alternative_can_be_set_while_it_runs(odd: dict[str, Any]) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.nce())))
    names = {one.name: one.wire_name for one in knob_list()}
    answer = tenant.control("PATCH", "knobs", {names[name]: value for name, value in odd.items()})
    assert answer.status == 200
    assert tenant.simulator.knobs == Knobs(**odd)
    assert tenant.call("GET", f"/v1/customers/{tenant.customer}/subscriptions").status == 200
