"""What the scaler may read of the queues, and what follows: nothing lies scheduled there for long.

docs/decisions/0017-what-the-scaler-may-read.md.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from shared.domain.pace import Pace
from shared.intake.take_in import TRY_AGAIN_AFTER
from shared.notify.notifier import LONGEST_SCHEDULED
from tests.unit.infra.support import BICEP_FILES, INFRA, bicep_code

GUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'")
RECEIVER, SENDER = "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"


@pytest.mark.parametrize("module", ["servicebus", "servicebus-topic", "crm-access"])
def test_nobody_has_manage_on_anything_of_service_bus(module: str) -> None:
    given = set(GUID.findall(bicep_code(INFRA / "modules" / f"{module}.bicep")))
    assert given
    assert given <= {RECEIVER, SENDER}


def test_no_key_gives_manage_past_the_roles() -> None:
    for path in BICEP_FILES:
        assert "authorizationRules" not in bicep_code(path), path


def test_a_blind_scaler_is_blind_for_five_minutes_at_most() -> None:
    assert timedelta(seconds=1) <= Pace().longest_scheduled <= timedelta(minutes=5)
    assert Pace().longest_scheduled >= TRY_AGAIN_AFTER, "what is put back on the request queue lies there, too"
    assert Pace().longest_scheduled >= LONGEST_SCHEDULED, "a notification that waits lies on its queue, too"


def test_the_sweeper_runs_often_enough_to_start_the_longer_waits() -> None:
    main = bicep_code(INFRA / "main.bicep")
    found = re.search(r"param sweepSchedule string = '0 \*/(\d+) \* \* \* \*'", main)
    assert found
    assert timedelta(minutes=int(found[1])) <= Pace().longest_scheduled
