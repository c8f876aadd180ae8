"""A start beyond a renewal: never a renewal that nobody was told of, whatever the request says or does not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from offboard.bulk.rows import COLUMNS, Totals, rows_of
from shared.contracts.calendar import Coming
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Remedy
from shared.domain.decisions.expected import removal_expected
from shared.domain.decisions.planned_work import planned_work
from shared.domain.holdings.next_term import NOTHING_SHOWN
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.operations.resume import resume
from shared.operations.show import show
from shared.pipeline.core.session import Session
from shared.report.moments import moments_of
from shared.sheets.customers import CustomerRow
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm, mutate

DAY = timedelta(days=1)
RENEWING = CustomerSpec(name="Renewing", subscriptions=(late("Yearly", "+P40D"), legacy()))
START = 200 * DAY


def asked(customer: CustomerSpec = RENEWING, after: timedelta = START, **fields: object) -> tuple[World, str]:
    world = World(customer)
    return world, world.ask(customer, notBefore=(world.clock.now() + after).isoformat(), **fields)


def reason_of(offboarding: Offboarding) -> ReasonCode | None:
    return offboarding.reason.code if offboarding.reason else None


def test_without_a_word_a_person_is_asked_long_before_and_daily() -> None:
    world, request = asked()
    world.run(for_at_most=3 * DAY, looks=5)
    offboarding = world.offboarding(request)
    assert (offboarding.status, offboarding.stage) == (Status.NEEDS_ATTENTION, Stage.PLAN)
    assert reason_of(offboarding) is ReasonCode.RENEWS_BEFORE_START
    assert offboarding.reason is not None
    assert "Yearly renews at" in offboarding.reason.text
    assert effects(world) == []
    told = [event for event in world.events(request) if event["type"] == "offboarding.needs_attention.v1"]
    assert len(told) >= 3


def test_a_resume_lets_it_renew_and_the_plan_says_so() -> None:
    world, request = asked()
    world.run(for_at_most=DAY)
    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.run(for_at_most=10 * DAY)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.SCHEDULED, ReasonCode.NOT_BEFORE)
    assert offboarding.reason is not None
    assert "Yearly renews at" in offboarding.reason.text
    assert effects(world) == []


def test_let_renew_is_read_weekly_and_what_it_costs_is_told_before() -> None:
    world, request = asked(renewals="let_renew")
    began = world.clock.now()
    world.run(for_at_most=30 * DAY)
    before = world.offboarding(request)
    assert (before.status, reason_of(before)) == (Status.SCHEDULED, ReasonCode.NOT_BEFORE)
    assert before.paid_until is not None
    assert before.paid_until > began + 400 * DAY, "the year that it renews for is counted"
    assert before.plan is not None
    assert before.plan.removal_expected_at is not None
    assert before.plan.removal_expected_at > before.paid_until
    assert {item.what: item.at for item in moments_of(before, "x")} == {
        Coming.TERM_ENDS: before.paid_until,
        Coming.REMOVAL_EXPECTED: before.plan.removal_expected_at,
    }
    [blocker] = [item for item in before.blockers if item.name == "Yearly"]
    assert f"as agreed, and is then paid until {before.paid_until:%Y-%m-%d}" in blocker.detail
    world.run(for_at_most=30 * DAY)
    after = world.offboarding(request)
    assert after.paid_until == before.paid_until
    assert after.plan is not None
    assert after.plan.digest == before.plan.digest, "what was approved stays so"
    assert effects(world) == []


@pytest.mark.parametrize("renewals", ["end_with_term", "let_renew", "monthly"])
def test_no_removal_is_expected_before_the_start(renewals: str) -> None:
    world, request = asked(renewals=renewals)
    world.run(for_at_most=10 * DAY)
    head = world.offboarding(request)
    assert head.status is Status.SCHEDULED
    [removal] = [item.at for item in moments_of(head, "x") if item.what is Coming.REMOVAL_EXPECTED]
    assert head.request.not_before is not None
    assert removal >= head.request.not_before


def test_what_a_person_lets_renew_counts_as_well() -> None:
    world, request = asked()
    world.run(for_at_most=DAY)
    before = world.offboarding(request)
    resume(before.id, OPERATOR, world.services)
    world.run(for_at_most=DAY)
    after = world.offboarding(request)
    assert before.paid_until is None, "while it is asked, nobody knows whether it renews"
    assert after.paid_until is not None
    assert after.paid_until - after.created_at > 400 * DAY


def test_for_how_long_it_renews_may_not_show() -> None:
    world, request = asked(renewals="let_renew")
    world.run(for_at_most=DAY)
    stored = world.store.load(world.offboarding(request).id) or pytest.fail("not stored")
    session = Session(stored, world.services)
    records = {
        key: replace(item, holding=replace(item.holding, next_term=NOTHING_SHOWN))
        for key, item in session.records.items()
    }
    unknown = replace(session.situation, records=records)
    [work] = [work for work in planned_work(unknown, unknown.start) if work.name == "Yearly"]
    assert (work.at, work.paid_until) == (unknown.start, None)
    found = removal_expected(unknown, ())
    assert found.at is None
    assert "what runs on then is not known yet" in found.why_not


@pytest.mark.long
def test_end_with_term_is_recorded_at_once_and_nothing_else_is_touched_before_the_start() -> None:
    world, request = asked(renewals="end_with_term")
    world.run(for_at_most=10 * DAY)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.SCHEDULED, ReasonCode.NOT_BEFORE)
    assert {name for name, *_ in effects(world)} == {"subscription.cancel_scheduled", "subscription.autorenew_off"}
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert world.clock.now() < offboarding.created_at + START + 3 * DAY
    check_invariants(world)


@pytest.mark.long
def test_an_end_that_is_refused_asks_a_person_and_is_tried_daily() -> None:
    world, request = asked(renewals="end_with_term")
    refused = {"type": "status", "status": 400, "code": "987654", "description": "No."}
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": refused})
    world.run(for_at_most=4 * DAY, looks=9)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.NEEDS_ATTENTION, ReasonCode.RENEWS_BEFORE_START)
    tries = sum(entry["method"] == "PATCH" for entry in world.journal())
    assert 3 <= tries <= 6
    world.simulator.faults.clear()
    world.run(for_at_most=2 * DAY, looks=9)
    assert world.offboarding(request).status is Status.SCHEDULED
    world.run()
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.parametrize(
    ("customer", "after"),
    [
        (CustomerSpec(name="Later", subscriptions=(late("Yearly", "+P40D"),)), 30 * DAY),
        (CustomerSpec(name="Off", subscriptions=(late("Yearly", "+P40D", auto_renew=False),)), START),
        (CustomerSpec(name="Legacy", subscriptions=(legacy(),)), START),
        (CustomerSpec(name="Young", subscriptions=(nce("Yearly"),)), START),
    ],
)
def test_what_does_not_renew_before_the_start_asks_nobody(customer: CustomerSpec, after: timedelta) -> None:
    world, request = asked(customer, after)
    world.run(for_at_most=10 * DAY)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.SCHEDULED, ReasonCode.NOT_BEFORE)


def test_a_renewal_that_is_switched_on_later_is_noticed_within_a_week() -> None:
    customer = CustomerSpec(name="On", subscriptions=(late("Yearly", "+P40D", auto_renew=False),))
    world, request = asked(customer)
    world.run(for_at_most=10 * DAY)
    tenant = world.tenant()[0]
    change = {"customer": tenant["id"], "holding": tenant["subscriptions"][0]["id"], "set": {"autoRenew": True}}
    mutate(world, change)
    world.run(for_at_most=8 * DAY)
    assert reason_of(world.offboarding(request)) is ReasonCode.RENEWS_BEFORE_START


def test_a_dry_run_names_what_renews_before_the_start() -> None:
    world, request = asked(dryRun=True)
    world.run()
    planned = world.offboarding(request)
    assert planned.reason is not None
    assert planned.status is Status.PLANNED
    assert "before the start Yearly renews at" in planned.reason.text


NO_MONTH = CustomerSpec(name="Odd", subscriptions=(late("Yearly", "+P40D", offer_id="X:0001:Y"), legacy()))


@pytest.mark.parametrize(
    ("customer", "fields", "asks"),
    [
        (RENEWING, {}, True),
        (RENEWING, {"renewals": "let_renew"}, False),
        (RENEWING, {"renewals": "end_with_term"}, False),
        (RENEWING, {"renewals": "monthly"}, False),
        (NO_MONTH, {"renewals": "monthly"}, True),
    ],
)
def test_a_dry_run_tells_who_will_be_asked_exactly_where_the_real_run_asks(
    customer: CustomerSpec, fields: dict[str, object], asks: bool
) -> None:
    world = World(scenario=b.scenario(customer, without_monthly_term=("X",)))
    start = (world.clock.now() + START).isoformat()
    dry = world.ask(customer, requestId="dry", notBefore=start, dryRun=True, **fields)
    world.run(for_at_most=timedelta(hours=1))
    planned = world.offboarding(dry)
    blocker = next(item.blocker for item in world.store.holdings(planned.id).values() if item.holding.name == "Yearly")
    assert blocker is not None
    assert planned.plan is not None
    assert (blocker.remedy is Remedy.PERSON) is asks
    assert bool(planned.plan.undated_blockers) is asks
    assert [item.remedy is Remedy.PERSON for item in planned.blockers if item.key == blocker.key] == [asks]
    [event] = [item["data"] for item in world.events(dry) if item["type"] == "offboarding.planned.v1"]
    told = next(item for item in event["blockers"] if item["holding"] == blocker.key)
    shown = show(planned.id, world.services) or pytest.fail("not shown")
    [row, *_] = [
        dict(zip(COLUMNS, row, strict=True))
        for row in rows_of(CustomerRow(1, customer.name, {}, ()), shown.view.model_dump(by_alias=True), Totals())
        if "Yearly" in row
    ]
    real = world.ask(customer, requestId="real", notBefore=start, **fields)
    world.run(for_at_most=DAY)
    head = world.offboarding(real)
    assert (reason_of(head) is ReasonCode.RENEWS_BEFORE_START) is asks
    assert head.reason is not None
    if asks:
        assert told["whatToDo"] == row["whatToDo"] == head.reason.operator_action
        assert row["who"] == "somebody"
        assert row["blocker"] == blocker.detail
        assert blocker.sentence.split(",")[0] in head.reason.text
        assert planned.plan.removal_unknown == f"a person has to act first: {blocker.sentence}"
    else:
        assert row["who"] != "somebody"


@pytest.mark.long
def test_no_write_before_the_start_in_mode_plan() -> None:
    customer = RENEWING
    world = World(customer, OFFBOARDING_MODE="plan")
    start = (world.clock.now() + START).isoformat()
    request = world.ask(customer, notBefore=start, renewals="end_with_term")
    world.run(for_at_most=3 * DAY)
    assert effects(world) == []
    assert reason_of(world.offboarding(request)) is ReasonCode.MODE_PLAN


@pytest.mark.long
def test_work_that_is_held_in_mode_plan_tells_of_each_renewal_before_it_happens() -> None:
    world = World(RENEWING, OFFBOARDING_MODE="plan")
    request = world.ask(RENEWING)
    world.run(for_at_most=39 * DAY)
    told = [event for event in world.events(request) if event["type"] == "offboarding.renewal_coming.v1"]
    assert len(told) == 3
    assert all("Yearly renews at" in event["data"]["notice"] for event in told)
    assert len({event["id"] for event in told}) == 3


def test_what_was_agreed_to_renews_in_silence() -> None:
    world, request = asked(renewals="let_renew")
    world.run(for_at_most=60 * DAY)
    assert not [event for event in world.events(request) if event["type"] == "offboarding.renewal_coming.v1"]


@pytest.mark.long
def test_an_end_that_is_accepted_and_never_shows_asks_a_person_and_is_warned_of() -> None:
    world, request = asked(renewals="end_with_term")
    accepted = {"type": "status", "status": 200, "body": {}}
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": accepted})
    world.run(for_at_most=39 * DAY, looks=60, steps=9000)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.NEEDS_ATTENTION, ReasonCode.RENEWS_BEFORE_START)
    told = [event for event in world.events(request) if event["type"] == "offboarding.renewal_coming.v1"]
    assert len(told) == 3


def test_an_open_window_is_no_obstacle_to_the_end_with_the_term() -> None:
    customer = CustomerSpec(
        name="Young", subscriptions=(nce("Solo", term="P1M"), nce("Add-on", term="P1M", parent="Solo"))
    )
    world, request = asked(customer, renewals="end_with_term")
    world.run(for_at_most=3 * DAY, looks=3)
    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.SCHEDULED, ReasonCode.NOT_BEFORE)
    recorded = [name for name, *_ in effects(world) if name == "subscription.cancel_scheduled"]
    assert len(recorded) == 2


def test_a_word_is_for_what_was_named_and_for_nothing_that_renews_later() -> None:
    customer = CustomerSpec(name="Two", subscriptions=(late("A", "+P40D"), late("B", "+P50D", auto_renew=False)))
    world, request = asked(customer)
    world.run(for_at_most=DAY)
    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.run(for_at_most=8 * DAY)
    assert world.offboarding(request).status is Status.SCHEDULED
    tenant = world.tenant()[0]
    other = next(item for item in tenant["subscriptions"] if item["name"] == "B")
    mutate(world, {"customer": tenant["id"], "holding": other["id"], "set": {"autoRenew": True}})
    world.run(for_at_most=8 * DAY)
    asks = world.offboarding(request)
    assert asks.reason is not None
    assert (asks.status, asks.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.RENEWS_BEFORE_START)
    assert "B renews at" in asks.reason.text
    assert "A renews at" not in asks.reason.text


def test_a_customer_protected_after_an_end_was_recorded_is_stopped_and_told_so() -> None:
    world, request = asked(renewals="end_with_term")
    world.run(for_at_most=2 * DAY)
    protected = frozenset({world.tenant()[0]["id"]})
    partner = replace(world.services.partner, protected_customers=protected)
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=10 * DAY)
    ended = world.offboarding(request)
    assert ended.reason is not None
    assert (ended.status, ended.reason.code) == (Status.STOPPED, ReasonCode.PROTECTED_CUSTOMER)
    assert "done before: 1 × end with the term" in ended.reason.text


MONTHLY = CustomerSpec(name="Monthly", subscriptions=(nce("In its window", term="P1M"),))


def test_what_was_set_to_end_before_the_start_is_said_where_it_stops_after_all() -> None:
    """Everything could end on the day of the plan, and the window closes before the start."""
    world, request = asked(MONTHLY, 60 * DAY, renewals="end_with_term", commitments="stop_and_report")
    world.run(for_at_most=20 * DAY)

    offboarding = world.offboarding(request)
    assert (offboarding.status, reason_of(offboarding)) == (Status.STOPPED, ReasonCode.COMMITMENTS_REMAIN)
    assert offboarding.reason is not None
    assert {name for name, *_ in effects(world)} == {"subscription.cancel_scheduled", "subscription.autorenew_off"}
    assert "done before: 1 × end with the term" in offboarding.reason.text
    assert "nothing was changed" not in offboarding.reason.text


def test_a_write_without_an_answer_is_not_called_nothing() -> None:
    world, request = asked(MONTHLY, 60 * DAY, renewals="end_with_term", commitments="stop_and_report")
    arm(world, {"match": {"method": "PATCH", "times": None}, "action": {"type": "dropAfter"}})
    world.run(for_at_most=DAY / 24 / 60)
    tenant = world.tenant()[0]["id"]
    partner = replace(world.services.partner, protected_customers=frozenset({tenant}))
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=8 * DAY, looks=3)

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.STOPPED
    assert offboarding.reason is not None
    assert "1 × end with the term" in offboarding.reason.text


def test_a_customer_that_does_not_fit_any_more_is_told_with_what_was_changed() -> None:
    world, request = asked(renewals="end_with_term")
    world.run(for_at_most=DAY)
    moved = {"type": "rewrite", "set": {"/companyProfile/domain": "elsewhere.example"}, "remove": ["/customDomains"]}
    arm(world, {"match": {"pathRegex": "/v1/customers/[^/]+$", "times": None}, "action": moved})
    world.run(for_at_most=8 * DAY)

    offboarding = world.offboarding(request)
    assert reason_of(offboarding) is ReasonCode.CUSTOMER_CHANGED
    assert offboarding.reason is not None
    assert "done before: 1 × end with the term" in offboarding.reason.text


@pytest.mark.long
@pytest.mark.parametrize("mode", ["plan", "live"])
def test_months_of_looks_that_find_nothing_new_add_nothing_to_the_timeline(mode: str) -> None:
    """Hourly in mode plan, weekly before a start; what changes is noted once."""
    world = World(RENEWING, OFFBOARDING_MODE=mode)
    later = {"notBefore": (world.clock.now() + START).isoformat(), "renewals": "let_renew"} if mode == "live" else {}
    request = world.ask(RENEWING, **later)
    world.run(for_at_most=8 * DAY)
    identity = world.offboarding(request).id
    first = [entry for entry in world.store.timeline(identity) if entry.what != "woken"]
    assert {"identified", "planned", "gate"} <= {str(entry.what) for entry in first}
    world.run(for_at_most=(1.5 if mode == "plan" else 25) * DAY, steps=9000)
    assert [entry for entry in world.store.timeline(identity) if entry.what != "woken"] == first

    tenant = world.tenant()[0]
    legacy_one = next(item for item in tenant["subscriptions"] if item["name"] == "Legacy E3")
    mutate(world, {"customer": tenant["id"], "holding": legacy_one["id"], "set": {"status": "deleted"}})
    world.run(for_at_most=8 * DAY, steps=9000)
    again = [entry for entry in world.store.timeline(identity) if entry.what != "woken"]
    assert {str(entry.what) for entry in again[len(first) :]} <= {"planned", "gate", "inventory", "renewal_coming"}
    assert 1 <= len(again) - len(first) <= 5


def test_what_comes_after_a_resume_is_noted_although_it_is_the_same() -> None:
    world, request = asked()
    world.run(for_at_most=DAY)
    identity = world.offboarding(request).id
    arm(world, {"match": {"pathRegex": "/orders$", "times": None}, "action": {"type": "status", "status": 403}})
    resume(identity, OPERATOR, world.services)
    world.run(for_at_most=DAY / 24)
    after = [str(entry.what) for entry in world.store.timeline(identity)]
    assert "identified" in after[after.index("resumed") :]
