"""A world behind the entry points: only the process edge, what `bootstrap` gives, is replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.composition.doctor.probe import Probe
from shared.operations.front_door import FrontDoor
from tests.unit.doctor.patient import Patient
from tests.unit.functions.support import Around
from tests.unit.support.worlds import SMALL


@pytest.fixture(autouse=True)
def door(mocker: MockerFixture) -> FrontDoor:
    """App Service Authentication is on."""
    found = FrontDoor(authentication=True, platform=Around())
    mocker.patch("shared.composition.bootstrap.front_door", return_value=found)
    return found


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(SMALL)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    mocker.patch("shared.composition.bootstrap.probe", side_effect=lambda: probe_of(found))
    return found


def probe_of(world: World) -> Probe:
    """A healthy sign-in beside the world's store and bus."""
    counts = world.services.bus.count_dead_letters
    return replace(Patient().probe(), store=world.services.store, count_letters=counts)
