"""Functions that run too long: everything in flight is delivered again at once, and still nothing is done twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import requests

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for, small, write_scenario
from tests.e2e.support.stack import LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

NAMES = ("First Ltd", "Second Ltd", "Third Ltd")
SETTINGS = {
    "AzureFunctionsJobHost__functionTimeout": "00:00:03",
    "OFFBOARDING_CALL_TIMEOUT_SECONDS": "6",
    "OFFBOARDING_CLAIM_SECONDS": "26",
}
"""A call may take longer than a function: whoever waits for it is cut off while it is on the wire."""
ANSWERED_AFTER = 5


@pytest.mark.timeout(400)  # a busy machine cuts off more than what is planned, and each redelivery takes its time
def test_what_was_cut_off_with_calls_on_the_wire_is_finished_and_nothing_is_done_twice(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "scenario.json", *map(small, NAMES))
    chosen = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    stack, addresses = LocalStack.start(tmp_path / "data", scenario, *chosen)
    try:
        tenant, api = Tenant(addresses), Api(addresses)
        customers = {name: tenant.customer(name) for name in NAMES}
        for one in customers.values():  # each has an effect, and its answer comes too late
            match = {"method": "PATCH", "customer": one["id"], "pathRegex": "/subscriptions/", "nth": 1}
            tenant.fault({"match": match, "action": {"type": "delay", "seconds": ANSWERED_AFTER}})
        with Crm(addresses) as crm:
            for name in NAMES:
                crm.send(request_for(name, name.split()[0], customers[name]))
            for name in NAMES:
                _until_removed(api, name.split()[0])
                assert crm.outcome(name.split()[0])["type"] == "offboarding.removed.v1"
            assert not crm.lying("offboarding-cancel", dead=True)
        for one in customers.values():
            twice = {effect: times for effect, times in Counter(tenant.effects(one["id"])).items() if times > 1}
            assert not twice, twice
            assert [entry["status"] for entry in tenant.removals(one["id"])] == [200]
        assert not [one["id"] for one in customers.values() if one["id"] in tenant.listed()]
        log = (tmp_path / "data" / "logs" / "host.log").read_text(encoding="utf-8")
        assert "ran longer than functionTimeout" in log
        assert log.count("is abandoned, its function was cut off") >= len(NAMES) - 1
        assert "another handler holds the claim" in log, "the redelivery came before the claim had run out"
    finally:
        stack.kill()


def _until_removed(api: Api, request_id: str) -> None:
    until(lambda: _status(api, request_id) == "removed", f"{request_id} is removed", 120)


def _status(api: Api, request_id: str) -> str:
    """What HTTP tells; "" while the host is started again."""
    try:
        found = api.find(request_id)
    except requests.RequestException:
        return ""
    return str(found["status"]) if found else ""
