"""Every row of the truth table, called from outside: answer, effect and whether it blocks removal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from local.simulator.rules.conditions import Condition, condition
from local.simulator.rules.table import COMMON, ROWS, row
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from tests.unit.simulator.tenant import Tenant, code_of

OK = "200"
BLOCKED, STRICT, ALLOWED = "blocked", "strict", "allowed"


@dataclass(frozen=True)
class Case:
    """A holding and what suspend, cancel, auto-renew off and removal shall be answered with."""

    name: str
    spec: Callable[[], SubscriptionSpec]
    suspend: str
    cancel: str
    renew_off: str
    removal: str
    kind: Kind
    condition: Condition
    advance_days: float = 0.0


def _case(name: str, spec: Callable[[], SubscriptionSpec], cells: str, removal: str, condition_: Condition) -> Case:
    suspend, cancel, renew_off = cells.split()
    return Case(name, spec, suspend, cancel, renew_off, removal, spec().kind, condition_)


C = Condition
SUSPENDED = {"status": "suspended"}
CASES = [
    _case("nce in window", lambda: b.nce(), "200 200 200", BLOCKED, C.ACTIVE_IN_WINDOW),
    _case("nce past window", lambda: b.nce_past_window(), "200 900213 200", BLOCKED, C.ACTIVE_PAST_WINDOW),
    _case("nce suspended in window", lambda: b.nce(**SUSPENDED), "200 200 800091", STRICT, C.SUSPENDED_IN_WINDOW),
    _case(
        "nce suspended past window",
        lambda: b.nce_past_window(**SUSPENDED),
        "200 900213 800091",
        STRICT,
        C.SUSPENDED_PAST_WINDOW,
    ),
    _case("nce expired", lambda: b.nce(status="expired"), "900279 900279 900279", ALLOWED, C.EXPIRED),
    _case("nce disabled", lambda: b.nce(status="disabled"), "900279 900279 900279", ALLOWED, C.DISABLED),
    _case("nce deleted", lambda: b.nce(status="deleted"), "2011 2011 2011", ALLOWED, C.DELETED),
    _case("nce pending", lambda: b.nce(status="pending"), "800082 800082 800082", BLOCKED, C.PENDING),
    _case(
        "nce pending operation",
        lambda: b.nce(pending_operation_until="+P1D"),
        "900278 900278 900278",
        BLOCKED,
        C.PENDING_OPERATION,
    ),
    _case("nce renewing", lambda: b.nce(term_ends="-P1D"), "800082 800082 800082", BLOCKED, C.RENEWING),
    _case(
        "nce expiring",
        lambda: b.nce(term_ends="-P1D", scheduled_cancel=True),
        "900277 900277 900277",
        BLOCKED,
        C.EXPIRING,
    ),
    _case("nce extended", lambda: b.extended(), "200 200 200", BLOCKED, C.EXTENDED),
    _case("nce trial", lambda: b.trial(started="-P20D"), "200 200 200", BLOCKED, C.ACTIVE_IN_WINDOW),
    _case("legacy active", lambda: b.legacy(), "200 800096 200", BLOCKED, C.ACTIVE),
    _case(
        "legacy, renewal locked",
        lambda: b.legacy(renewal_locked=True),
        "200 800096 800093",
        BLOCKED,
        C.ACTIVE_LOCKED,
    ),
    _case("legacy suspended", lambda: b.legacy(**SUSPENDED), "200 800096 800091", ALLOWED, C.SUSPENDED),
    _case("legacy deleted", lambda: b.legacy(status="deleted"), "2011 2011 2011", ALLOWED, C.DELETED),
    _case("software in window", lambda: b.software(), "200 200 200", BLOCKED, C.ACTIVE_IN_WINDOW),
    _case(
        "software suspended in window",
        lambda: b.software(**SUSPENDED),
        "200 200 800091",
        STRICT,
        C.SUSPENDED_IN_WINDOW,
    ),
    _case(
        "software suspended past window",
        lambda: b.software(started="-P8D", **SUSPENDED),
        "200 900213 800091",
        STRICT,
        C.SUSPENDED_PAST_WINDOW,
    ),
    _case(
        "software past window",
        lambda: b.software(started="-P8D"),
        "200 900213 200",
        BLOCKED,
        C.ACTIVE_PAST_WINDOW,
    ),
    _case("marketplace in window", lambda: b.marketplace(), "200 200 200", BLOCKED, C.ACTIVE_IN_WINDOW),
    _case(
        "marketplace monthly past window",
        lambda: b.marketplace(started="-P4D"),
        "200 900213 200",
        BLOCKED,
        C.ACTIVE_PAST_WINDOW,
    ),
    _case(
        "marketplace annual past window",
        lambda: b.marketplace(started="-P4D", term="P1Y"),
        "200 900213 200",
        BLOCKED,
        C.ANNUAL_PAST_WINDOW,
    ),
    _case(
        "marketplace suspended in window",
        lambda: b.marketplace(**SUSPENDED),
        "200 200 800091",
        STRICT,
        C.SUSPENDED_IN_WINDOW,
    ),
    _case(
        "marketplace suspended past window",
        lambda: b.marketplace(started="-P4D", **SUSPENDED),
        "200 900213 800091",
        STRICT,
        C.SUSPENDED_PAST_WINDOW,
    ),
    _case(
        "marketplace annual suspended past window",
        lambda: b.marketplace(started="-P4D", term="P1Y", **SUSPENDED),
        "200 900213 800091",
        STRICT,
        C.SUSPENDED_ANNUAL_PAST_WINDOW,
    ),
    _case(
        "marketplace to be activated",
        lambda: b.marketplace(status="pending"),
        "800081 800081 800081",
        BLOCKED,
        C.PENDING,
    ),
    _case("azure plan in use", lambda: b.azure_plan(1), "900115 800096 800093", BLOCKED, C.ACTIVE_IN_USE),
    _case("azure plan empty", lambda: b.azure_plan(0, 2), "200 800096 800093", BLOCKED, C.ACTIVE),
    _case(
        "azure plan suspended",
        lambda: b.azure_plan(0, 1, **SUSPENDED),
        "200 800096 800091",
        ALLOWED,
        C.SUSPENDED,
    ),
    _case("legacy azure active", lambda: b.legacy_azure(), "200 800096 800093", BLOCKED, C.ACTIVE),
    _case("legacy azure suspended", lambda: b.legacy_azure(**SUSPENDED), "200 800096 800091", ALLOWED, C.SUSPENDED),
    _case("savings plan active", lambda: b.savings_plan(), "900321 900321 900321", STRICT, C.ACTIVE),
    _case(
        "savings plan expired",
        lambda: b.savings_plan(status="expired", started=None),
        "900321 900321 900321",
        ALLOWED,
        C.EXPIRED,
    ),
    _case(
        "savings plan disabled",
        lambda: b.savings_plan(status="disabled", started=None),
        "900321 900321 900321",
        ALLOWED,
        C.DISABLED,
    ),
]
HTTP = {
    "900213": 400,
    "900279": 400,
    "2011": 400,
    "800082": 409,
    "900278": 409,
    "900277": 400,
    "800091": 400,
    "800096": 400,
    "800093": 400,
    "800081": 400,
    "900115": 403,
    "900321": 403,
}
named = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def _tenant(case: Case, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", case.spec()), renewal_job="PT24H", **knobs))


def _check(tenant: Tenant, expected: str, change: dict[str, Any]) -> None:
    tenant.simulator.settle()
    before = list(tenant.simulator.store.subscriptions)
    effects = tenant.effects()
    answer = tenant.patch_subscription(0, **change)
    if expected == OK:
        assert answer.status == 200, answer
    else:
        assert (answer.status, code_of(answer)) == (HTTP[expected], expected)
        assert list(tenant.simulator.store.subscriptions) == before
        assert tenant.effects() == effects


@named
def test_condition(case: Case) -> None:
    tenant = _tenant(case)
    now = tenant.simulator.settle()
    one = next(iter(tenant.simulator.store.subscriptions))
    children = [item for item in tenant.simulator.store.entitlements if item.status == "active"]
    assert (one.kind, condition(one, now, len(children))) == (case.kind, case.condition)


@named
def test_suspend(case: Case) -> None:
    tenant = _tenant(case)
    was = tenant.status()
    _check(tenant, case.suspend, {"status": "suspended"})
    if case.suspend == OK:
        assert tenant.status() == "suspended"
        assert tenant.effects() == ([] if was == "suspended" else ["subscription.suspended"])


@named
def test_cancel(case: Case) -> None:
    tenant = _tenant(case)
    _check(tenant, case.cancel, {"status": "deleted"})
    if case.cancel == OK:
        assert tenant.status() == "deleted"
        assert tenant.effects() == ["subscription.cancelled"]


@named
def test_renewal_off(case: Case) -> None:
    tenant = _tenant(case)
    renewed = next(iter(tenant.simulator.store.subscriptions)).auto_renew
    cancel = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
    _check(tenant, case.renew_off, {"autoRenewEnabled": False, "scheduledActions": cancel})
    if case.renew_off == OK:
        one = next(iter(tenant.simulator.store.subscriptions))
        assert not one.auto_renew
        expected = ["subscription.cancel_scheduled", *(["subscription.autorenew_off"] if renewed else [])]
        assert [name for name in tenant.effects() if "instructions" not in name] == expected


@named
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
def test_removal(case: Case, strict: bool) -> None:
    tenant = _tenant(case, strict_nce=strict)
    answer = tenant.remove()
    blocks = case.removal == BLOCKED or (case.removal == STRICT and strict)
    if blocks:
        assert (answer.status, code_of(answer)) == (400, "2000")
        assert tenant.effects() == []
    else:
        assert answer.status == 200, answer
        assert tenant.effects() == ["relationship.removed"]


def test_every_row_is_called() -> None:
    covered = {(case.kind, case.condition) for case in CASES}
    unreachable = {(Kind.NCE_TRIAL, Condition.ACTIVE_PAST_WINDOW), (Kind.NCE_TRIAL, C.SUSPENDED_PAST_WINDOW)}
    rare = {(Kind.NCE_TRIAL, C.SUSPENDED_IN_WINDOW), (Kind.SAVINGS_PLAN, C.SUSPENDED)}
    assert set(ROWS) - covered - unreachable - rare == set()
    assert set(COMMON) - {case.condition for case in CASES} == set()


def test_every_kind_has_a_row_for_every_condition_it_can_be_in() -> None:
    for case in CASES:
        assert row(case.kind, case.condition)
