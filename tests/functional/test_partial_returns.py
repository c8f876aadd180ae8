"""An order may hold several reservations: somebody returns a part, and the rest shows beside it (azure-docs#109556)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.trouble import arm

CALLS = ["/calculateRefund$", "/return$", "/reservations$"]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("left", [1, 3])
def test_what_is_left_of_a_reservation_is_returned_too(call: str, when: str, left: int) -> None:
    customer = b.customer("Partial", b.reservation(quantity=4, name="D2s"))
    world = World(customer)
    tenant = world.tenant()[0]
    one = tenant["reservations"][0]
    rest = {"reservationOrderId": one["reservationOrderId"], "name": "D2s", "quantity": left}
    changes: list[dict[str, Any]] = [
        {"customer": tenant["id"], "holding": one["id"], "set": {"status": "Cancelled"}},
        {"customer": tenant["id"], "add": {"reservations": [rest]}},
    ]
    match = {"pathRegex": call, "nth": 1}
    arm(world, *({"match": match, "action": {"type": "mutate", "when": when, "change": one}} for one in changes))
    world.ask(customer)
    world.run(for_at_most=timedelta(days=3))

    assert world.all()[0].status is Status.REMOVED
    assert {item["state"] for item in world.tenant()[0]["reservations"]} == {"Cancelled"}
