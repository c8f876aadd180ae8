"""Fifty random customers in one running stack: strategy and checks of the in-memory simulation, over the wire."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec
from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for, write_scenario
from tests.e2e.support.stack import LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until
from tests.simulation.explain import Case, Rest, check_rest
from tests.simulation.questions import wishes
from tests.simulation.tenants import CUSTOMERS

pytestmark = pytest.mark.e2e
COUNT = 50
STEPS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=12), timedelta(days=1), timedelta(days=2))
"""By which business time is moved on, each time everything rests."""
SOON = timedelta(minutes=10)
ENDED = frozenset({"removed", "stopped", "rejected", "already_removed"})
ONCE = ("suspended", "cancelled", "returned", "removed")
Drawn = tuple[CustomerSpec, dict[str, Any]]


def drawn() -> list[Drawn]:
    """Random customers with what is asked for them; the first examples, which are the simplest, are left out."""
    found: list[Drawn] = []

    @settings(
        max_examples=2 * COUNT,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(CUSTOMERS, wishes())
    def collect(customer: CustomerSpec, asked: dict[str, Any]) -> None:
        found.append((customer, asked))

    collect()
    return [
        (customer.model_copy(update={"name": f"Random {number}"}), asked)
        for number, (customer, asked) in enumerate(found[-COUNT:])
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_random_customers_over_the_wire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = drawn()
    file = write_scenario(tmp_path / "scenario.json", *(customer for customer, _ in chosen), page_size=20)
    stack, addresses = LocalStack.start(tmp_path / "data", file)
    try:
        api, tenant = Api(addresses), Tenant(addresses)
        with Crm(addresses) as crm:
            for customer, asked in chosen:
                state = tenant.customer(customer.name)
                crm.send(request_for(customer.name, customer.name.replace(" ", "-"), state, **asked))
        until(lambda: len(_all(api)) == COUNT, "all requests are accepted")
        for step in STEPS:
            until(lambda: _resting(api, tenant), "everything rests", 300, every=1.0)
            tenant.advance_to(tenant.now() + step)
        until(lambda: _resting(api, tenant), "everything rests", 300, every=1.0)
        ends = _check(api, tenant, chosen)
    finally:
        stack.kill()
    with capsys.disabled():
        print(f"\n{COUNT} random tenants over the wire: {dict(ends.most_common())}")  # noqa: T201


def _all(api: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.page("?limit=200")["items"]
    return items


def _resting(api: Api, tenant: Tenant) -> bool:
    """Nothing is at work, and nothing is due within minutes (time is moved on for those that wait for minutes)."""
    items = [item for item in _all(api) if item["status"] not in ENDED]
    now = tenant.now()
    if any(item["status"] not in ("waiting", "needs_attention") for item in items):
        return False
    due = [datetime.fromisoformat(item["nextAttemptAt"]) for item in items if item["status"] == "waiting"]
    soon = [at for at in due if at <= now + SOON]
    ahead = [at for at in soon if at > now + timedelta(seconds=2)]
    if ahead and len(ahead) == len(soon):
        tenant.advance_to(min(ahead))
    return not soon


def _check(api: Api, tenant: Tenant, chosen: list[Drawn]) -> Counter[str]:
    """Every end and every effect, by the tenant's own state and journal."""
    knobs, ends = Knobs(), Counter[str]()
    state = {one["name"]: one for one in tenant.state()["customers"]}
    # What time does is in the journal too; this is about what was called.
    journal = [entry for entry in tenant.journal() if entry["method"] != "TIME"]
    for customer, asked in chosen:
        view = api.find(customer.name.replace(" ", "-"))
        assert view is not None
        rest = Rest.shown(view)
        try:
            check_rest(Case(customer, knobs, asked, state[customer.name], rest))
        except AssertionError as error:
            raise AssertionError(f"{customer.model_dump_json(exclude_defaults=True)} {asked}: {error}") from error
        mine = [entry for entry in journal if entry["customer"] == state[customer.name]["id"]]
        done = Counter((str(e["effect"]), str(e["holding"])) for entry in mine for e in entry["effects"])
        twice = {what: times for what, times in done.items() if times > 1 and what[0].split(".")[1] in ONCE}
        assert not twice, twice
        refused = [e for e in mine if e["method"] == "PATCH" and e["path"].count("/") == 3 and e["status"] >= 400]
        assert not refused, f"a removal was refused: {refused}"
        assert done or rest.status in ENDED | {"waiting", "needs_attention"}
        if rest.status in ("stopped", "rejected"):
            assert not done
        ends[rest.status] += 1
    return ends
