"""Withdrawn at any call of a customer with every kind of holding, and the host killed with SIGKILL once at a random
later moment: the tenant is as it was before, or the difference is listed item by item."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.support.called_off import Moment, withdrawn_and_killed
from tests.e2e.support.scenario import write_scenario
from tests.functional.calling_off import everything

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL and process groups")]

AT_A_TIME = 3
EVERY = int(os.environ.get("OFFBOARDING_STACK_CRASH_EVERY", "1"))
"""1 withdraws at every call (a quarter of an hour); n at every n-th, where time is short."""
NAME = "Everything"
CALLS = 100
"""About so many until everything waits for a term; withdrawn while it waits is the last case."""


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_withdrawn_at_any_call_and_killed_everything_is_back_or_listed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    scenario = write_scenario(tmp_path / "scenario.json", everything(NAME))

    def run(call: int) -> str:
        told = withdrawn_and_killed(tmp_path / str(call), scenario, NAME, Moment.at(call))
        with capfd.disabled():
            sys.stderr.write(f"{told}\n")
            sys.stderr.flush()
        return told

    calls = range(max(2, EVERY // 2), CALLS + 1, EVERY)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        told = list(pool.map(run, calls))
    # Little is put back where little was done; else the host dies in the middle of it.
    assert sum("restoring" in one for one in told) * 2 >= len(told)
