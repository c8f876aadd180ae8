"""Extended service terms: who drifts into one, who is stamped by the backfill, and how a scheduled Cancel ends."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tenant.subscription import Subscription
from local.simulator.tests.unit.tenant import Tenant, code_of

CANCEL = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
EXTEND = [{"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}]


def _tenant(spec: SubscriptionSpec, **knobs: Any) -> Tenant:
    tenant = Tenant(b.scenario(b.customer("Contoso", spec), **knobs))
    tenant.simulator.settle()
    return tenant


def _one(tenant: Tenant) -> Subscription:
    tenant.simulator.settle()
    return next(iter(tenant.simulator.store.subscriptions))


def _shown(tenant: Tenant) -> Any:
    return tenant.get(f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}")


@pytest.mark.parametrize(
    ("bought", "extends"), [("2025-03-31T23:59:59Z", False), ("2025-04-01T00:00:00Z", True), (None, True)]
)
def test_only_what_was_bought_late_enough_is_extended(bought: str | None, extends: bool) -> None:
    tenant = _tenant(b.nce_drifting("+P1D", bought=bought))
    tenant.advance(days=3)
    one = _one(tenant)
    assert (one.extended, one.status) == ((True, "active") if extends else (False, "expired"))
    if extends:
        shown = _shown(tenant)
        assert shown["cancellationAllowedUntilDate"] == shown["commitmentEndDateTime"]
        assert shown["scheduledActions"] == EXTEND


@pytest.mark.parametrize(
    ("spec", "backfill", "stamped"),
    [
        (b.nce_drifting(), "open", True),
        (b.nce_drifting(), "all", True),
        (b.nce_drifting(), "never", False),
        (b.nce_ending(), "open", False),
        (b.nce_ending(), "all", True),
        (b.nce_past_window(), "all", False),
        (b.software_past_window(auto_renew=False), "all", False),
    ],
)
def test_the_backfill_stamps_an_extended_term_once(spec: SubscriptionSpec, backfill: str, stamped: bool) -> None:
    tenant = _tenant(spec, est_backfill=backfill, est_backfill_on="2026-11-10")
    before = _shown(tenant).get("scheduledActions")
    tenant.advance(days=9)
    assert _shown(tenant).get("scheduledActions") == (EXTEND if stamped else before)
    if stamped:
        assert tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=CANCEL).status == 200
        tenant.advance(days=9)
        assert _shown(tenant)["scheduledActions"] == CANCEL


@pytest.mark.parametrize("status", ["disabled", "deleted"])
@pytest.mark.parametrize("schedule", ["TermEnd", "CustomDate"])
def test_how_a_scheduled_cancel_ends(status: str, schedule: str) -> None:
    tenant = _tenant(b.nce_drifting("+P9D"), scheduled_cancel_ends=status)
    action = {"scheduleType": schedule, "actionType": "Cancel", "effectiveDate": "2026-11-11T00:00:00Z"}
    assert tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=[action]).status == 200
    tenant.advance(days=11)
    assert _one(tenant).status == status


def test_a_cloud_that_drops_scheduled_actions() -> None:
    tenant = _tenant(b.nce_past_window(), scheduled_actions="ignored")
    assert tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=CANCEL).status == 200
    shown = _shown(tenant)
    assert (shown["autoRenewEnabled"], "scheduledActions" in shown) == (False, False)


@pytest.mark.parametrize("knob", ["keep", "actionsWin", "refuse"])
def test_both_kinds_of_schedule_in_one_change(knob: str) -> None:
    tenant = _tenant(b.trial(), both_schedules=knob)
    answer = tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=CANCEL)
    if knob == "refuse":
        assert code_of(answer) == "800002"
        return
    shown = _shown(tenant)
    assert shown["scheduledActions"] == CANCEL
    assert ("scheduledNextTermInstructions" in shown) == (knob == "keep")


def test_a_software_order_can_be_cancelled_again_after_a_renewal() -> None:
    tenant = _tenant(b.software(term_ends="+P1D"))
    order = tenant.get(f"/v1/customers/{tenant.customer}/orders")["items"][0]["id"]
    path = f"/v1/customers/{tenant.customer}/orders/{order}"
    assert code_of(tenant.call("PATCH", path, {"status": "cancelled"})) == "900213"
    tenant.advance(days=3)
    assert tenant.call("PATCH", path, {"status": "cancelled"}).status == 200
