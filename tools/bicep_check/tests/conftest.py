"""Where the descriptions of resource types come from: written by hand, and the real program where it is to be had."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.bicep_check.azure.azmcp import Azmcp
from tools.bicep_check.azure.resource_types import ResourceTypes
from tools.bicep_check.tests.support import AZMCP, NO_AZMCP, ByHand


@pytest.fixture(scope="session")
def azmcp() -> Iterator[Azmcp]:
    """Microsoft's program; its answers are kept for all tests."""
    if AZMCP is None:
        pytest.skip(NO_AZMCP)
    with Azmcp(Path(AZMCP)) as running:
        yield running


@pytest.fixture(params=["by hand", "azmcp"])
def types(request: pytest.FixtureRequest) -> ResourceTypes:
    """One source of descriptions after the other."""
    if request.param == "by hand":
        return ByHand()
    running: Azmcp = request.getfixturevalue("azmcp")
    return running
