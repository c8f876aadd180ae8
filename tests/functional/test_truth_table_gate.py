"""The gate against the tenant's own rules, for every row before anything was done: equal where policies are alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.truth_table.cells import ROWS, named
from tests.functional.truth_table.judge import NAME, start
from tests.functional.truth_table.row import Cell, Ends, Row

ALIKE: dict[str, tuple[Cell, Mapping[str, str]]] = {
    "strict": ({}, {}),
    "lenient": ({"strict_nce": False}, {"OFFBOARDING_STRICT_NCE": "false"}),
    "software for ever": ({"perpetual_past_window_blocks": True}, {"OFFBOARDING_PERPETUAL_SOFTWARE_BLOCKS": "true"}),
}
"""Where the tenant and the partner's policy say the same."""
UNNAMED = "a state that no page explains is not taken for harmless"
BILLED = "it is still billed and can still be cancelled, so it is"
STRICTER: dict[tuple[str, str], str] = {
    ("order, unknown", "*"): UNNAMED,
    ("order, suspended", "*"): UNNAMED,
    ("order, po upload complete", "*"): "an order in progress, although the tenant does not mind",
    ("savings plan, active, renews", "lenient"): "it is paid for to its end, and the removal would not end that",
    ("savings plan, active, does not renew", "lenient"): "it is paid for to its end",
    ("NCE licence, suspended in window", "lenient"): BILLED,
    ("NCE licence, suspended by Microsoft", "lenient"): BILLED,
    ("NCE trial, suspended", "lenient"): BILLED,
    ("software subscription, suspended in window", "lenient"): BILLED,
    ("marketplace, suspended in window", "lenient"): BILLED,
}
"""The gate blocks although the tenant would let the relationship go, and why."""


def stricter(row: Row, alike: str) -> bool:
    return (row.name, "*") in STRICTER or (row.name, alike) in STRICTER


def looked_at(row: Row, cell: Cell, settings: Mapping[str, str]) -> tuple[World, bool]:
    """The world after a dry run, which reads everything and does nothing; whether the gate was clear."""
    world, _ = start(row, cell, settings)
    request = world.ask(next(one for one in world.scenario.customers if one.name == NAME), dryRun=True, **row.asked)
    world.run(for_at_most=timedelta(0))
    found = world.offboarding(request)
    return world, found.status is Status.PLANNED and not found.blocker_count


@pytest.mark.parametrize("alike", ALIKE)
@pytest.mark.parametrize("row", [row for row in ROWS if not isinstance(row.end, Ends) or row.holdings], ids=named)
def test_the_gate_and_the_tenant_agree(row: Row, alike: str) -> None:
    cell, settings = ALIKE[alike]
    world, clear = looked_at(row, cell, settings)
    free = not world.simulator.removal_blockers(NAME)

    assert not any(entry["effects"] for entry in world.journal())
    assert free or not clear, f"the gate is clear; the tenant sees {world.simulator.removal_blockers(NAME)}"
    assert (clear == free) is not stricter(row, alike), "stricter than the tenant: name the reason, or it is gone"
