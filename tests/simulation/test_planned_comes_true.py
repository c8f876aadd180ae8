"""What a dry run plans is what happens: the same writes, no earlier than told, and the removal on the expected day.

Later only where Microsoft refused something that no call could have told before: an operation that is pending there for
a day, or refunds that exceed the year's limit together and not each by itself.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import ActionStep
from shared.operations.show import show
from tests.simulation.tenants import CUSTOMERS

LONG = timedelta(days=1300)
MEANWHILE = ActionKind.END_AT_TERM.value


def view(world: World, request: str) -> dict[str, Any]:
    shown = show(offboarding_id(request), world.services)
    assert shown is not None
    found: dict[str, Any] = shown.view.model_dump(by_alias=True, mode="json")
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def check(customer: CustomerSpec, **asked: Any) -> str:
    """Plan it, then do it at the same moment; returns what came of the expectation."""
    options = {name: asked.pop(name) for name in list(asked) if name.startswith("OFFBOARDING_")}
    world = World(customer, **options)
    began = world.clock.now()
    world.ask(customer, requestId="dry", dryRun=True, **asked)
    world.run(for_at_most=timedelta(minutes=1))
    dry = view(world, "dry")
    if dry["status"] != "planned":
        return "not planned"
    [told] = [item["data"] for item in world.events("dry") if item["type"] == "offboarding.planned.v1"]
    planned = {item["key"]: item["planned"] for item in dry["holdings"] if item.get("planned")}
    assert told.get("plannedCount", 0) == len(planned)
    assert len(told.get("planned") or ()) == min(20, len(planned))
    expected, unknown = dry["plan"].get("removalExpectedAt"), dry["plan"].get("removalUnknown")
    assert (expected is None) is bool(unknown)
    world.ask(customer, requestId="real", **asked)
    world.run(for_at_most=LONG, looks=3)
    head = world.offboarding("real")
    if expected is None:
        return "unknown"
    assert head.status is Status.REMOVED, (expected, head.reason)
    assert head.removal is not None
    records = world.store.holdings(head.id)
    day, told_day = head.removal.intended_at.date(), moment(expected).date()
    if day > told_day and _refused(world):
        return "refused"
    assert day == told_day, (expected, head.removal.intended_at, planned)
    for key, record in records.items():
        written = [action for action in record.actions if action.state is not ActionState.REFUSED]
        wanted = planned.get(key) or {}
        steps = [step for step in (wanted.get("action"), *(wanted.get("then") or ())) if step]
        done = Counter(action.kind.value for action in written)
        if len(written) < len(record.actions):  # refused at first: its end is recorded meanwhile, lest it renews
            done -= Counter({MEANWHILE: done[MEANWHILE]}) - Counter(steps)
        assert done == Counter(steps), (key, wanted, record.actions)
        if written:
            first = min(action.intended_at for action in written)
            assert wanted.get("earliestAt") is None or moment(wanted["earliestAt"]) <= first
            assert wanted.get("closesAt") is None or first <= moment(wanted["closesAt"])
    return "today" if moment(expected) == began else "later"


def _refused(world: World) -> bool:
    """Whether a write was refused, for now or for good."""
    ends = (f".{ActionStep.POSTPONED.value}", f".{ActionStep.REFUSED.value}")
    return any(entry["what"].endswith(ends) for entry in view(world, "real")["timeline"])


@pytest.mark.long
@pytest.mark.timeout(600)
@settings(
    max_examples=int(os.environ.get("OFFBOARDING_PLANNED_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(CUSTOMERS)
def test_the_removal_of_any_customer_comes_on_the_expected_day(customer: CustomerSpec) -> None:
    event(check(customer))


TODAY, LATER, UNKNOWN, REFUSED = "today", "later", "unknown", "refused"
KINDS = {
    "azure_plan_idle": TODAY,
    "azure_plan_suspended": TODAY,
    "extended": TODAY,
    "gdap": TODAY,
    "legacy": TODAY,
    "legacy_azure": TODAY,
    "legacy_suspended": TODAY,
    "marketplace": TODAY,
    "marketplace_past_window": LATER,
    "marketplace_pending": UNKNOWN,
    "nce": TODAY,
    "nce_deleted": TODAY,
    "nce_ending": LATER,
    "nce_past_window": LATER,
    "nce_pending": UNKNOWN,
    "nce_suspended": TODAY,
    "nce_suspended_past_window": LATER,
    "order": UNKNOWN,
    "perpetual": TODAY,
    "perpetual_past_window": TODAY,
    "reservation": TODAY,
    "reservation_not_refundable": LATER,
    "savings_plan": LATER,
    "software": TODAY,
    "software_past_window": LATER,
    "transfer": UNKNOWN,
    "transfer_settled": TODAY,
    "trial": TODAY,
}


@pytest.mark.long
@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_the_removal_of_every_kind_comes_on_the_expected_day(kind: str, expected: str) -> None:
    assert check(b.customer("Kinds", getattr(b, kind)())) == expected


def test_what_microsoft_refuses_for_a_day_comes_later_than_expected() -> None:
    busy = b.nce().model_copy(update={"pending_operation_until": "+PT5H"})
    assert check(b.customer("Kinds", busy)) == REFUSED


@pytest.mark.parametrize("kind", [kind for kind, expected in KINDS.items() if expected == TODAY])
def test_a_grace_period_moves_the_day(kind: str) -> None:
    assert check(b.customer("Kinds", getattr(b, kind)()), graceSeconds=2 * 86_400) == LATER


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"OFFBOARDING_APPROVAL": "always"}, "a second one has to approve the plan"),
        ({"OFFBOARDING_MODE": "plan"}, "this deployment is in mode plan"),
        ({"commitments": "stop_and_report"}, "the request says stop_and_report"),
        ({"notBefore": "2027-06-01T00:00:00Z"}, "renews at 2026-12-18 23:59 UTC, before the start"),
        ({"restrictions": ["leave_marketplace"], "kind": "marketplace"}, "a person has to act first: "),
        ({"kind": "order"}, "it is not known how long this takes: "),
        ({"kind": "transfer"}, "it is not known how long this takes: "),
        ({"kind": "marketplace_pending"}, "it is only known when it is tried: "),
    ],
)
def test_why_no_day_can_be_told(asked: dict[str, Any], expected: str) -> None:
    given_to = {name: value for name, value in asked.items() if name != "kind" and not name.startswith("OFFBOARDING_")}
    customer = b.customer("Kinds", getattr(b, asked.get("kind", "nce_past_window"))())
    world = World(customer, **{name: value for name, value in asked.items() if name.startswith("OFFBOARDING_")})
    world.ask(customer, requestId="dry", dryRun=True, **given_to)
    world.run(for_at_most=timedelta(minutes=1))
    plan = view(world, "dry")["plan"]
    assert expected in plan["removalUnknown"]
    assert plan["removalExpectedAt"] is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "start", "more", "day"),
    [
        ("nce_past_window", "2026-08-01T00:00:00Z", {}, "2026-12-19"),
        ("nce", "2026-08-01T00:00:00Z", {}, "2027-05-30"),  # its window will have closed
        ("nce_past_window", "2027-06-01T00:00:00Z", {"renewals": "end_with_term"}, "2027-06-01"),
        ("nce_ending", "2027-06-01T00:00:00Z", {}, "2027-06-01"),
        ("nce_past_window", "2027-06-01T00:00:00Z", {"renewals": "let_renew"}, "2027-12-19"),
        ("nce_past_window", "2028-06-01T00:00:00Z", {"renewals": "let_renew"}, "2028-12-19"),
        ("nce_past_window", "2026-12-20T00:00:00Z", {"renewals": "let_renew"}, "2026-12-20"),  # in its new window
        ("nce_past_window", "2027-06-01T00:00:00Z", {"renewals": "monthly"}, "2027-06-19"),
        ("legacy", "2026-08-01T00:00:00Z", {}, "2026-08-01"),
    ],
)
def test_with_a_later_start_those_decisions_count_that_are_taken_then(
    kind: str, start: str, more: dict[str, str], day: str
) -> None:
    customer = b.customer("Kinds", getattr(b, kind)())
    world = World(customer)
    world.ask(customer, requestId="dry", dryRun=True, notBefore=start, **more)
    world.ask(customer, requestId="real", notBefore=start, **more)
    world.run(for_at_most=LONG)
    assert view(world, "dry")["plan"]["removalExpectedAt"][:10] == day
    removal = world.offboarding("real").removal
    assert removal is not None
    assert f"{removal.intended_at:%Y-%m-%d}" == day


def test_what_a_dry_run_planned_is_shown_as_of_then() -> None:
    customer = b.customer("Kinds", b.nce(), b.reservation())
    world = World(customer)
    world.ask(customer, requestId="dry", dryRun=True)
    world.run(for_at_most=timedelta(minutes=1))
    before = [item["planned"] for item in view(world, "dry")["holdings"]]
    world.clock.advance(timedelta(days=60))

    assert [item["planned"] for item in view(world, "dry")["holdings"]] == before
    told = {item["action"]: item for item in before}
    assert not told["cancel"]["refundKnown"]
    assert told["cancel"]["earliestAt"] < told["cancel"]["closesAt"]
    assert told["return_reservation"]["refundKnown"]
    assert told["return_reservation"]["refund"]["currency"]
