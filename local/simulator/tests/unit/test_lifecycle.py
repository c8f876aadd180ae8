"""What time alone does: terms, renewals, extended service terms, grace periods, deletion."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.scenario.states import STATES
from local.simulator.tenant.subscription import Subscription
from local.simulator.tests.unit.tenant import START, Tenant, code_of
from local.simulator.times import parse_period

HOUR = timedelta(hours=1)


def _tenant(spec: SubscriptionSpec, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", spec), **knobs))


def _now(tenant: Tenant) -> Subscription:
    tenant.simulator.settle()
    return next(iter(tenant.simulator.store.subscriptions))


def _to(tenant: Tenant, moment: datetime) -> Subscription:
    tenant.clock.advance(moment - tenant.clock.now())
    return _now(tenant)


def test_a_renewal_opens_a_new_window_when_its_job_completes() -> None:
    tenant = _tenant(b.nce_past_window("+P10D"))
    ends = _now(tenant).term_ends_at
    assert ends is not None
    running = _to(tenant, ends)
    assert (running.status, running.job) == ("active", "renewing")
    renewed = _to(tenant, ends + HOUR)
    assert renewed.job is None
    assert renewed.term_ends_at == parse_period("P1Y").after(ends)
    assert renewed.cancel_until == ends + HOUR + timedelta(days=7)
    assert tenant.patch_subscription(0, status="deleted").status == 200


def test_the_window_closes_exactly() -> None:
    tenant = _tenant(b.nce(started="-P6D"))
    closes = _now(tenant).cancel_until
    assert closes is not None
    _to(tenant, closes - timedelta(microseconds=1))
    path = f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}"
    assert "cancellationAllowedUntilDate" in tenant.get(path)
    _to(tenant, closes)
    assert "cancellationAllowedUntilDate" not in tenant.get(path)
    assert code_of(tenant.patch_subscription(0, status="deleted")) == "900213"


def test_a_scheduled_cancel_disables_and_later_deletes() -> None:
    tenant = _tenant(b.nce_past_window("+P10D", scheduled_cancel=True))
    ends = _now(tenant).term_ends_at
    assert ends is not None
    assert _to(tenant, ends).job == "expiring"
    assert _to(tenant, ends + HOUR).status == "disabled"
    assert tenant.remove().status == 200
    assert _to(tenant, ends + HOUR + timedelta(days=90)).status == "deleted"


@pytest.mark.parametrize(
    ("spec", "knobs", "statuses"),
    [
        # days after the term's end: 1, 32, 125
        (b.nce_past_window("+P1D", auto_renew=False), {}, "active active active"),
        (b.nce_past_window("+P1D", auto_renew=False), {"est": False}, "expired disabled deleted"),
        (b.nce_past_window("+P1D", auto_renew=False), {"est_from": "2027-01-01"}, "expired disabled deleted"),
        (b.nce_past_window("+P1D", status="suspended"), {}, "disabled disabled deleted"),
        (
            b.nce_past_window("+P1D", status="suspended"),
            {"suspended_at_term_end": "expired"},
            "expired disabled deleted",
        ),
        (
            b.nce_past_window("+P1D", status="suspended"),
            {"suspended_at_term_end": "est"},
            "suspended suspended suspended",
        ),
        (b.trial(term_ends="+P1D", auto_renew=False), {}, "expired disabled deleted"),
        (b.trial(term_ends="+P1D"), {}, "active active active"),
        (b.legacy(started=None, term_ends="+P1D", auto_renew=False), {}, "expired disabled deleted"),
        (b.legacy(status="suspended", status_since="-P1D"), {}, "suspended suspended deleted"),
        (b.software(term_ends="+P1D", auto_renew=False), {}, "expired disabled deleted"),
        (b.marketplace(started=None, term_ends="+P1D", auto_renew=False), {}, "disabled disabled deleted"),
        (b.savings_plan(started=None, term_ends="+P1D", auto_renew=False), {}, "expired disabled deleted"),
        (b.azure_plan(0), {}, "active active active"),
        (b.legacy_azure(), {}, "active active active"),
    ],
)
def test_after_the_term(spec: SubscriptionSpec, knobs: dict[str, Any], statuses: str) -> None:
    tenant = _tenant(spec, **knobs)
    seen = []
    for days in (3, 34, 127):
        seen.append(_to(tenant, START + timedelta(days=days)).status)
    assert seen == statuses.split()


def test_an_extended_term_goes_on_month_by_month_and_can_be_cancelled_at_any_time() -> None:
    tenant = _tenant(b.nce_past_window("+P1D", auto_renew=False))
    one = _to(tenant, START + timedelta(days=100))
    assert (one.extended, one.term_duration, one.auto_renew) == (True, "P1M", False)
    assert one.term_ends_at is not None
    assert one.cancel_until == one.term_ends_at > START + timedelta(days=100)
    assert tenant.patch_subscription(0, status="deleted").status == 200


def test_an_extended_term_can_be_ended_by_a_scheduled_cancel() -> None:
    tenant = _tenant(b.extended())
    cancel = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
    assert tenant.patch_subscription(0, scheduledActions=cancel).status == 200
    assert tenant.effects() == ["subscription.cancel_scheduled"]
    assert _to(tenant, START + timedelta(days=40)).status == "disabled"


def test_a_trial_becomes_a_paid_licence() -> None:
    tenant = _tenant(b.trial(term_ends="+P1D"))
    one = _to(tenant, START + timedelta(days=3))
    assert (one.kind, one.status, one.next_term) == ("nceLicence", "active", None)
    assert one.cancel_until is not None


def test_a_cancel_at_a_date() -> None:
    tenant = _tenant(b.nce_past_window("+P200D", auto_renew=False))
    action = {"scheduleType": "CustomDate", "actionType": "Cancel", "effectiveDate": "2026-11-20T00:00:00Z"}
    assert tenant.patch_subscription(0, scheduledActions=[action]).status == 200
    assert _to(tenant, datetime.fromisoformat("2026-11-19T23:00:00Z")).status == "active"
    assert _to(tenant, datetime.fromisoformat("2026-11-20T00:00:00Z")).status == "disabled"


def test_a_pending_operation_passes() -> None:
    tenant = _tenant(b.nce(pending_operation_until="+P1D"))
    assert code_of(tenant.patch_subscription(0, status="deleted")) == "900278"
    tenant.advance(days=1)
    assert tenant.patch_subscription(0, status="deleted").status == 200


def test_many_years_at_once() -> None:
    specs = [b.nce(term="P1M", term_ends="+P3D") for _ in range(20)]
    tenant = Tenant(b.scenario(b.customer("Contoso", *specs)))
    tenant.advance(days=3650)
    one = _now(tenant)
    assert one.status == "active"
    assert one.term_ends_at is not None
    assert one.term_ends_at > tenant.clock.now()


@pytest.mark.parametrize("state", ["nce_pending", "reservation_creating", "order_pending", "order_partial_success"])
def test_what_is_being_bought_settles(state: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", *STATES[state])))
    before = tenant.simulator.removal_blockers("Contoso")
    tenant.advance(hours=3)
    after = tenant.simulator.removal_blockers("Contoso")
    assert [one.reason for one in before] != [one.reason for one in after]
    assert [(one.kind, one.reason) for one in after] in (
        [("nceLicence", "activeInWindow")],
        [("reservation", "Succeeded")],
        [],
    )


@pytest.mark.parametrize(
    ("status", "lags", "expected"),
    [
        ("approved", 1, "activating"),
        ("approved", 2, "active"),
        ("activating", 1, "active"),
        ("terminationRequested", 2, "terminated"),
        ("terminating", 2, "terminated"),
        ("created", 5, "created"),
    ],
)
def test_a_delegated_relationship_comes_and_goes_by_itself(status: str, lags: int, expected: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.gdap(status=status))))
    tenant.advance(minutes=lags)
    tenant.simulator.settle()
    assert next(iter(tenant.simulator.store.gdap)).status == expected
