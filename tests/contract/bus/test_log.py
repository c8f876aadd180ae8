"""What azure-servicebus says in the log while it sends: nothing, once the app has quieted it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shared.composition.telemetry import quiet_libraries
from shared.domain.offboarding.messages import Destination, OutboundMessage
from tests.contract.bus.conftest import Real

MESSAGE = OutboundMessage("m-1", Destination.REQUESTS, b"{}", datetime(2026, 5, 31, tzinfo=UTC))


@pytest.fixture
def libraries() -> Iterator[logging.Logger]:
    """The logger above all of Microsoft's, as the libraries leave it."""
    found = logging.getLogger("azure")
    before = found.level
    found.setLevel(logging.NOTSET)
    yield found
    found.setLevel(before)


@pytest.mark.long
@pytest.mark.parametrize("quiet", [False, True])
def test_links_and_connections_are_told_of_only_by_libraries_that_nobody_quieted(
    own_real: Real, libraries: logging.Logger, caplog: pytest.LogCaptureFixture, *, quiet: bool
) -> None:
    caplog.set_level(logging.INFO)
    if quiet:
        quiet_libraries()
    own_real.bus.send([MESSAGE])
    own_real.bus.close()
    told = [record.getMessage() for record in caplog.records if record.name.startswith(f"{libraries.name}.")]
    assert (told == []) is quiet
