"""Runs one cell in the in-memory world and judges what happened by the tenant's own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from local.simulator.messages import Request, Response
from local.simulator.scenario import builder as b
from local.world.clock import START
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL, Status
from tests.functional.checks import check_effects, check_outcomes, check_removals
from tests.functional.trouble import arm
from tests.functional.truth_table.row import Cell, End, Ends, Person, Removed, Row, Waits

SETTLED = timedelta(days=2)
A_DAY = timedelta(days=1)
NO_SETTINGS: Mapping[str, str] = {}
NAME, BYSTANDER = "Row", "Bystander"
NEVER_PROVOKED = frozenset(
    ("2011", "27009", "800019", "800077", "800081", "800091", "800093", "800096", "900115", "900307", "900321")
)
"""Refusals that tell of a call nobody should make: wrong order, wrong channel, wrong state."""


@dataclass(slots=True)
class Oracle:
    """Asks the tenant at the very moment of each removal call what it sees in the way, whatever it then answers."""

    world: World
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        handle = self.world.simulator.handle

        def watched(request: Request) -> Response:
            if request.method == "PATCH" and request.path.rstrip("/").count("/") == 3:
                self.asked += 1
                found = self.world.simulator.removal_blockers(request.path.rsplit("/", 1)[1])
                self.wrong += [f"{one.kind} {one.reason}" for one in found]
            return handle(request)

        self.world.simulator.handle = watched  # type: ignore[method-assign]


def start(row: Row, cell: Cell, settings: Mapping[str, str] = NO_SETTINGS) -> tuple[World, Oracle]:
    """The row's customer and a bystander in a tenant with these knobs."""
    customer = b.customer(NAME, *row.holdings, **row.customer)
    scenario = b.scenario(customer, b.customer(BYSTANDER, b.legacy()), **{**row.given, **cell})
    world = World(scenario=scenario, **cast("dict[str, Any]", settings))
    arm(world, *(json.loads(_filled(world, json.dumps(rule))) for rule in row.rules))
    return world, Oracle(world)


def judge(row: Row, cell: Cell) -> World:
    """Offboard the row's customer under the cell; everything that must hold is asserted."""
    world, oracle = start(row, cell)
    expected = row.expected(cell)
    request = world.ask(next(one for one in world.scenario.customers if one.name == NAME), **row.asked)
    world.run(for_at_most=SETTLED)
    if isinstance(expected, Waits):
        _check_waits(world, world.offboarding(request), expected)
    days = None if isinstance(expected, Ends) else expected.days
    if days is not None:
        world.run(for_at_most=START + timedelta(days=days) - world.clock.now())
    found = world.offboarding(request)
    _check_end(found, expected)
    if isinstance(expected, Person) and expected.heals is not None:
        _heal(world, expected.heals)
        assert world.offboarding(request).status is Status.REMOVED
    _check_harm(row, world, oracle, expected)
    return world


def _check_waits(world: World, found: Offboarding, expected: Waits) -> None:
    """Visibly: with the cause, a date, and (where the tenant knows when it ends) not a day later than that."""
    causes = {blocker.cause.value for blocker in found.blockers}
    assert (found.status, causes) == (Status.WAITING, {expected.cause}), found.reason
    assert found.next_attempt_at is not None
    assert found.next_attempt_at > world.clock.now()
    theirs = [one.until for one in world.simulator.removal_blockers(NAME) if one.until is not None]
    ours = [blocker.until for blocker in found.blockers if blocker.until is not None]
    assert ours
    if theirs:
        assert max(ours) <= max(theirs) + A_DAY


def _check_end(found: Offboarding, expected: End) -> None:
    said = (found.status, found.reason.code if found.reason else "")
    match expected:
        case Removed() | Waits(days=int()):
            assert found.status is Status.REMOVED, f"{said} {found.reason} {[i.detail for i in found.blockers]}"
        case Person(code=code):
            assert said == (Status.NEEDS_ATTENTION, code), found.reason
            assert found.reason is not None
            assert found.reason.operator_action
        case Ends(status=status, code=code):
            assert said == (status, code), found.reason
        case Waits():
            assert found.status is Status.WAITING
    assert found.status in TERMINAL or found.next_attempt_at is not None


def _heal(world: World, days: int) -> None:
    """Let days pass in which a person does nothing; the sweeper looks again once a day."""
    for _ in range(days):
        world.clock.advance(A_DAY)
        world.sweep()
        world.run(for_at_most=timedelta(hours=12))
        if world.all()[0].finished:
            return


def _check_harm(row: Row, world: World, oracle: Oracle, expected: End) -> None:
    """I1, I2, I5, I6, and no call that shows a misunderstanding."""
    asked_at_most = 1
    if isinstance(expected, Person) and expected.code == "removal_refused":
        # Three times at first, then once a day.
        asked_at_most = 4 + (expected.heals or 0)
    else:
        assert not oracle.wrong, f"a removal was asked for while {oracle.wrong} blocks"
        if not isinstance(expected, Ends):
            check_removals(world)
    assert oracle.asked <= asked_at_most
    check_effects(world, row.switched_on)
    check_outcomes(world)
    customer = next(one for one in world.tenant() if one["name"] == NAME)
    journal = world.journal()
    assert {entry["customer"] for entry in journal if entry["effects"]} <= {customer["id"]}
    provoked = {str(entry["code"]) for entry in journal if not entry["faults"]} & NEVER_PROVOKED - {*row.tries}
    assert not provoked, provoked


def _filled(world: World, rule: str) -> str:
    """The rule with the ids of the customer and of its first Azure subscription, transfer or subscription."""
    tenant: dict[str, Any] = next(one for one in world.tenant() if one["name"] == NAME)
    for word, items in (("azure", "azureEntitlements"), ("transfer", "transfers"), ("licence", "subscriptions")):
        if tenant[items]:
            rule = rule.replace(f'"holding": "{word}"', f'"holding": "{tenant[items][0]["id"]}"')
    return rule.replace('"change": {', f'"change": {{"customer": "{tenant["id"]}", ')
