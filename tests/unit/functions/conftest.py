"""A world behind the entry points: only the process edge, what `bootstrap` gives, is replaced."""

from __future__ import annotations

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.operations.front_door import FrontDoor
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
    return found
