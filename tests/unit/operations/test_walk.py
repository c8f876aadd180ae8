"""A walk over the record reads each offboarding once, and no more than its bound."""

from __future__ import annotations

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.ports import walk as module
from shared.ports.listing import Filter
from shared.ports.walk import walk

CUSTOMERS = tuple(b.customer(f"Number {number}") for number in range(5))


@pytest.mark.parametrize("page", [1, 2, 5, 200])
@pytest.mark.parametrize("most", [0, 1, 3, 5, 9])
def test_each_is_read_once_up_to_the_bound(page: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    world = World(*CUSTOMERS)
    for customer in CUSTOMERS:
        world.ask(customer)
    world.run()
    expected = [item.id for item in reversed(world.all())]
    assert [item.id for item in walk(world.store, Filter(), most)] == expected[:most]
