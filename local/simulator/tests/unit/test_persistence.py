"""The data folder: what was answered is still true after a restart."""

from pathlib import Path

from local.simulator.clock import ManualClock
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import Scenario
from local.simulator.simulator import Simulator
from local.simulator.tests.unit.tenant import PARTNER_CENTER, START, Tenant

SCENARIO = b.scenario(
    b.customer(
        "Contoso",
        b.nce(),
        b.legacy(),
        b.trial(),
        b.azure_plan(1),
        b.savings_plan(),
        b.reservation(),
        b.perpetual(),
        b.gdap(),
        b.order(),
        b.transfer(),
    ),
    order_lag="PT1H",
    async_patch=True,
    patch_lag="PT1H",
)


class Durable(Tenant):
    """A tenant whose simulator can be started again on the same folder."""

    folder: Path

    def restart(self, scenario: Scenario = SCENARIO) -> None:
        """Start again on the same folder."""
        self.simulator.close()
        self.simulator = Simulator(scenario, ManualClock(START), self.folder)
        self.clock = self.simulator.clock  # type: ignore[assignment]


def _durable(folder: Path) -> Durable:
    tenant = Durable(SCENARIO)
    tenant.folder = folder
    tenant.restart()
    return tenant


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    tenant = _durable(tmp_path)
    tenant.token(PARTNER_CENTER)
    body = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0] | {"status": "deleted"}
    path = f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}"
    first = tenant.call("PATCH", path, body, ms_requestid="one")
    tenant.control("POST", "clock", {"advance": "P3D"})
    tenant.control("PATCH", "knobs", {"pageSize": 7})
    tenant.control("POST", "faults", {"action": {"type": "html"}, "match": {"after": 1}})
    tenant.get("/v1/customers")
    old = tenant.simulator
    tenant.restart(b.scenario())
    new = tenant.simulator
    assert [list(table) for table in new.store.tables] == [list(table) for table in old.store.tables]
    assert new.journal.since(1) == old.journal.since(1)
    assert (new.knobs, new.partner, new.signing_key) == (old.knobs, old.partner, old.signing_key)
    assert new.clock.now() >= old.clock.now()
    assert tenant.call("GET", "/v1/customers").status == 502
    again = tenant.call("PATCH", path, body, ms_requestid="one")
    assert (again.status, again.headers) == (first.status, first.headers)
    assert tenant.effects() == ["subscription.cancelled"]


def test_time_goes_on_after_a_restart(tmp_path: Path) -> None:
    tenant = _durable(tmp_path)
    path = f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}"
    tenant.call("PATCH", path, tenant.get(path) | {"status": "deleted"})
    tenant.restart()
    tenant.advance(hours=1)
    assert tenant.get(path)["status"] == "deleted"
    tenant.restart()
    assert tenant.status() == "deleted"


def test_a_deleted_record_stays_deleted(tmp_path: Path) -> None:
    tenant = _durable(tmp_path)
    change = {"customer": tenant.customer, "holding": tenant.subscription(), "vanish": True}
    tenant.control("POST", "mutate", change)
    left = len(tenant.simulator.store.subscriptions)
    tenant.restart()
    assert len(tenant.simulator.store.subscriptions) == left
