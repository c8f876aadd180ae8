"""The whole stack is killed at the worst moments: it goes on, repeats no effect, reports once."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.support.crash import Crash, Victim, crash_and_go_on, killed_by
from tests.e2e.support.scenario import small, write_scenario
from tests.e2e.support.stack import ROOT
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL and process groups")]

AT_A_TIME = 4
EVERY = int(os.environ.get("OFFBOARDING_STACK_CRASH_EVERY", "1"))
"""1 kills after every call (a quarter of an hour); n after every n-th, where time is short."""
"""Stacks side by side: nearly all of the time goes into waiting for the claim of the dead handler to run out."""
DEMO = ROOT / "local" / "simulator" / "scenarios" / "default.json"
LEAST_ENTRIES, MOST_ENTRIES = 70, 200
LAST_CALL, LAST_TIME = "/v1/customers/relationshiprequests", 2
"""Asked for once before anything is changed, and once when the relationship is gone."""


def _after_the_request_was_taken(victim: Victim) -> bool:
    victim.drop()
    return True


def _after_removed_was_stored(victim: Victim) -> bool:
    """The last call is answered late; until then the broker is frozen, so that the outcome event cannot be sent."""
    tenant = Tenant(victim.addresses)
    match = {"pathRegex": f"^{LAST_CALL}$", "nth": LAST_TIME}
    tenant.fault({"match": match, "action": {"type": "delay", "seconds": 2}})
    victim.drop()

    def last_call() -> bool:
        return [entry["path"] for entry in tenant.journal()].count(LAST_CALL) == LAST_TIME

    until(last_call, "the last call", every=0.02)
    victim.freeze_broker()
    assert victim.status() in ("running", "waiting"), "nothing has ended yet"
    until(lambda: victim.status() == "removed", "removed is stored")
    return True


def _moments(customer: str) -> dict[str, Crash]:
    first_cancel = {"method": "PATCH", "customer": customer, "pathRegex": "/subscriptions/", "nth": 2}
    removal = {"method": "PATCH", "pathRegex": f"^/v1/customers/{customer}$", "nth": 1}
    return {
        "request taken": _after_the_request_was_taken,
        "a licence cancelled": killed_by({"match": first_cancel}),
        "relationship removed": killed_by({"match": removal}),
        "removed stored": _after_removed_was_stored,
    }


def test_killed_at_the_worst_moments_it_goes_on(tmp_path: Path) -> None:
    customer = "c0000000-0000-4000-8000-000000000042"
    one = small("Crash Ltd").model_copy(update={"id": customer})
    scenario, moments = write_scenario(tmp_path / "scenario.json", one), _moments(customer)

    def run(moment: str) -> bool:
        return crash_and_go_on(tmp_path / moment.replace(" ", "-"), scenario, "Crash Ltd", moments[moment])

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        assert dict(zip(moments, pool.map(run, moments), strict=True)) == dict.fromkeys(moments, True)


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_killed_after_any_call_it_goes_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Every entry of the journal of the demo's first customer, until a run comes to its end without being killed."""

    def run(number: int) -> bool:
        rule = {"killAtJournal": number, "when": "after" if number % 3 == 0 else "before"}
        return crash_and_go_on(tmp_path / str(number), DEMO, "Contoso Bakery", killed_by(rule))

    crashed = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for first in range(1, MOST_ENTRIES, AT_A_TIME * EVERY):
            killed = list(pool.map(run, range(first, first + AT_A_TIME * EVERY, EVERY)))
            crashed += sum(killed)
            with capfd.disabled():
                sys.stderr.write(f"killed after {crashed} different calls, always finished\n")
                sys.stderr.flush()
            if not all(killed):
                break
    assert LEAST_ENTRIES // EVERY <= crashed < MOST_ENTRIES
