"""Stores as versions left them, each at one point of an offboarding: what is under way goes on in every later one.

`python -m tests.data.stores` writes those of this version. Once it is released they are kept for good.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.simulator.scenario.models import CustomerSpec, GdapSpec
from local.world.world import World
from shared.domain.offboarding.states import Stage
from tests.functional.customers import azure_plan, late, legacy, nce

FOLDER = Path(__file__).parent
CUSTOMER = CustomerSpec(
    name="Kept for Years",
    subscriptions=(legacy(), nce(), late("Late", "+P40D"), azure_plan("One")),
    gdap=(GdapSpec(),),
)
"""Never changed: the stores name its holdings."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where an offboarding of CUSTOMER stands: a world is run until then."""

    name: str
    reach: Callable[[World, str], object]


def _until(stage: Stage) -> Callable[[World, str], object]:
    def reach(world: World, request: str) -> None:
        ends = world.clock.now() + timedelta(days=90)
        while not world.all() or world.offboarding(request).stage is not stage:
            assert world.step(ends), f"it never comes to {stage.value}"

    return reach


POINTS = (
    Point("received", lambda world, _: world.step(world.clock.now())),
    Point("cancelling", _until(Stage.CANCEL)),
    Point("waiting", lambda world, _: world.run(for_at_most=timedelta(days=1))),
    Point("confirming", _until(Stage.CONFIRM)),
)


def reached(point: Point, world: World) -> str:
    """Run a world of CUSTOMER until this point; returns the request id."""
    request = world.ask(CUSTOMER)
    point.reach(world, request)
    return request


def opened(kept: Path, file: Path) -> Path:
    """The database that a kept dump is of."""
    with sqlite3.connect(file) as db:
        db.executescript(kept.read_text(encoding="utf-8"))
    db.close()
    return file
