"""A world behind the entry points: only the process edge, `bootstrap.services`, is replaced."""

from __future__ import annotations

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from tests.unit.stages.support import SMALL


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(SMALL)
    mocker.patch("shared.bootstrap.services", side_effect=lambda: found.services)
    return found
