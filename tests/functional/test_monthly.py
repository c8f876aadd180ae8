"""Month by month until the start: renewed for a month each time, never for a year, or a person is asked."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, Scenario, SubscriptionSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.operations.resume import resume
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.sampling import some_of
from tests.functional.trouble import arm, mutate

DAY = timedelta(days=1)
START = 200 * DAY
PRODUCT = "CFQ7TTC0LH18"
YEARLY = CustomerSpec(name="Yearly Ltd", subscriptions=(late("Yearly", "+P40D"), legacy()))
MONTH, YEAR = ("subscription.renewed", "P1M"), ("subscription.renewed", "P1Y")
INSTRUCTED = "subscription.instructions_changed"
REFUSED = {"type": "status", "status": 400, "code": "987654", "description": "No."}


def asked(
    customer: CustomerSpec = YEARLY,
    after: timedelta = START,
    *,
    crash: CrashPoints | None = None,
    mode: str = "live",
    knobs: dict[str, Any] | None = None,
    **fields: object,
) -> tuple[World, str]:
    scenario: Scenario = b.scenario(customer, **(knobs or {}))
    world = World(scenario=scenario, crash=crash, OFFBOARDING_MODE=mode)
    start = (world.clock.now() + after).isoformat()
    return world, world.ask(customer, **{"notBefore": start, "renewals": "monthly", **fields})


def state_of(world: World, request: str) -> tuple[Status, ReasonCode | None]:
    found = world.offboarding(request)
    return found.status, found.reason.code if found.reason else None


def text_of(found: Offboarding) -> str:
    return found.reason.text if found.reason else ""


def text_of_plan(world: World, request: str) -> str:
    entries = world.store.timeline(world.offboarding(request).id)
    return " ".join(entry.detail for entry in entries if entry.what == "planned")


SCHEDULED = (Status.SCHEDULED, ReasonCode.NOT_BEFORE)
ASKS = (Status.NEEDS_ATTENTION, ReasonCode.RENEWS_BEFORE_START)


def told(world: World, kind: str) -> list[dict[str, Any]]:
    return [event for event in world.events() if event["type"] == f"offboarding.{kind}.v1"]


@pytest.mark.long
def test_a_year_is_followed_by_months_until_the_start_and_nobody_is_asked() -> None:
    world, request = asked()
    world.run(for_at_most=10 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert [name for name, *_ in effects(world)] == [INSTRUCTED]
    assert "Yearly renews at" in text_of(world.offboarding(request))
    assert "month by month, as agreed" in text_of(world.offboarding(request))
    world.run()
    ended = world.offboarding(request)
    assert ended.status is Status.REMOVED
    assert set(world.new_terms()) == {MONTH}
    assert len(world.new_terms()) in (5, 6)
    assert START <= world.clock.now() - ended.created_at < START + 35 * DAY
    assert not told(world, "needs_attention")
    assert not told(world, "renewal_coming")
    assert not told(world, "window_closing")
    check_invariants(world)


def test_licences_of_one_product_are_looked_up_once() -> None:
    twice = CustomerSpec(name="Twice", subscriptions=(late("Yearly", "+P40D"), late("Yearly too", "+P40D")))
    world, request = asked(twice)
    world.run(for_at_most=timedelta(hours=1))
    assert state_of(world, request) == SCHEDULED
    assert Counter(name for name, *_ in effects(world)) == {INSTRUCTED: 2}
    assert "Yearly too, Yearly will renew month by month" in text_of_plan(world, request)


def test_a_dry_run_says_what_will_renew_month_by_month_and_writes_nothing() -> None:
    customer = CustomerSpec(name="Two", subscriptions=(late("A", "+P40D"), late("B", "+P50D", offer_id="X:0001:Y")))
    world, request = asked(customer, dryRun=True, knobs={"without_monthly_term": ("X",)})
    world.run()
    planned = world.offboarding(request)
    assert planned.status is Status.PLANNED
    assert "A will renew month by month until the start at" in text_of(planned)
    assert "before the start B renews at" in text_of(planned)
    assert "Microsoft lists no monthly term for it (only P1Y, P3Y)" in text_of(planned)
    assert effects(world) == []


@pytest.mark.long
def test_without_a_monthly_term_a_person_is_asked_and_warned_and_the_word_counts() -> None:
    world, request = asked(knobs={"without_monthly_term": (PRODUCT,)})
    world.run(for_at_most=39 * DAY, looks=60)
    assert state_of(world, request) == ASKS
    assert "Microsoft lists no monthly term for it (only P1Y, P3Y)" in text_of(world.offboarding(request))
    assert len(told(world, "renewal_coming")) == 3
    assert effects(world) == []
    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.run(for_at_most=10 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert world.new_terms() == [YEAR]


SOFTWARE = b.software(started="-P325D", term="P1Y", term_ends="+P40D", name="Server")
NO_MONTH: list[tuple[str, SubscriptionSpec, tuple[str, ...]]] = [
    ("software", SOFTWARE, ("Microsoft lists no monthly term for it",)),
    ("suspended", late("Suspended", "+P40D", status="suspended", auto_renew=True), ("it is suspended",)),
    ("legacy", b.legacy(name="Legacy", started="-P325D", term_ends="+P40D"), ("only subscriptions of the new",)),
]


@pytest.mark.parametrize(("name", "spec", "why"), NO_MONTH, ids=[name for name, *_ in NO_MONTH])
def test_what_has_no_monthly_term_is_asked_about_with_the_reason(
    name: str, spec: SubscriptionSpec, why: tuple[str, ...]
) -> None:
    world, request = asked(CustomerSpec(name="Odd Ltd", subscriptions=(spec,)))
    world.run(for_at_most=2 * DAY)
    assert state_of(world, request) == ASKS
    assert all(part in text_of(world.offboarding(request)) for part in why)
    assert effects(world) == []


MONTHLY: list[tuple[str, tuple[SubscriptionSpec, ...], int]] = [
    ("trial", (b.trial(started="-P10D"),), 0),
    ("a month already", (nce("Month", term="P1M"),), 0),
    ("add-on", (late("Base", "+P40D"), late("Add-on", "+P40D", parent="Base")), 2),
    ("young", (nce("Young", term="P1M"), nce("Year", "-P362D")), 1),
    ("Azure plan beside it", (azure_plan("Production"), late("Yearly", "+P40D")), 1),
    ("does not renew", (late("Off", "+P40D", auto_renew=False), late("Yearly", "+P40D")), 1),
    ("marketplace", (b.marketplace(name="Backup", started="-P325D", term="P1Y", term_ends="+P40D"),), 1),
]


@pytest.mark.long
@pytest.mark.parametrize(("name", "specs", "writes"), MONTHLY, ids=[name for name, *_ in MONTHLY])
def test_what_has_a_monthly_term_renews_for_months_only(
    name: str, specs: tuple[SubscriptionSpec, ...], writes: int
) -> None:
    world, request = asked(CustomerSpec(name="Kinds Ltd", subscriptions=specs), 120 * DAY)
    world.run(for_at_most=119 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert [effect for effect, *_ in effects(world)] == [INSTRUCTED] * writes
    assert {term for effect, term in world.new_terms() if effect == "subscription.renewed"} == {"P1M"}
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert YEAR not in world.new_terms()
    check_invariants(world)


@pytest.mark.parametrize("after", [timedelta(days=1), timedelta(days=30), timedelta(days=40)])
def test_a_start_before_the_renewal_changes_nothing(after: timedelta) -> None:
    world, request = asked(after=after)
    world.run(for_at_most=after - timedelta(hours=1))
    assert state_of(world, request) == SCHEDULED
    assert effects(world) == []


@pytest.mark.long
def test_instructions_that_somebody_deletes_are_written_again() -> None:
    world, request = asked()
    world.run(for_at_most=10 * DAY)
    for _ in range(2):
        mutate(world, _change(world, {"nextTerm": ""}))
        world.run(for_at_most=8 * DAY)
    assert [name for name, *_ in effects(world)] == [INSTRUCTED] * 3
    world.run(for_at_most=100 * DAY)
    assert set(world.new_terms()) == {MONTH}
    assert state_of(world, request) == SCHEDULED


@pytest.mark.long
@pytest.mark.parametrize("before", [timedelta(days=1), timedelta(hours=13)])
def test_instructions_that_are_deleted_shortly_before_the_renewal_are_noticed_in_time(before: timedelta) -> None:
    world, request = asked()
    ends = 40 * DAY - before
    world.run(for_at_most=ends)
    mutate(world, _change(world, {"nextTerm": ""}))
    world.run(for_at_most=20 * DAY)
    assert world.new_terms() == [MONTH]
    assert state_of(world, request) == SCHEDULED


def test_what_was_planned_for_another_product_or_a_year_becomes_a_month() -> None:
    world, request = asked()
    mutate(world, _change(world, {"nextTerm": "P3Y"}))
    world.run(for_at_most=60 * DAY)
    assert world.new_terms() == [MONTH]
    assert state_of(world, request) == SCHEDULED


@pytest.mark.long
def test_a_refused_write_asks_a_person_is_tried_daily_and_then_goes_on() -> None:
    world, request = asked()
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": REFUSED})
    world.run(for_at_most=4 * DAY, looks=9)
    assert state_of(world, request) == ASKS
    assert "its renewal month by month was refused: 400 987654" in text_of(world.offboarding(request))
    assert 4 <= sum(entry["method"] == "PATCH" for entry in world.journal()) <= 6
    world.simulator.faults.clear()
    world.run(for_at_most=2 * DAY, looks=9)
    assert state_of(world, request) == SCHEDULED
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert set(world.new_terms()) == {MONTH}


@pytest.mark.long
def test_a_write_that_stays_refused_is_told_of_three_times_before_the_year_begins() -> None:
    world, request = asked()
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": REFUSED})
    world.run(for_at_most=39 * DAY, looks=60, steps=9000)
    assert state_of(world, request) == ASKS
    assert len(told(world, "renewal_coming")) == 3
    actions = next(iter(item for item in world.store.holdings(world.offboarding(request).id).values() if item.actions))
    assert len(actions.actions) <= 4


@pytest.mark.long
def test_a_write_that_is_accepted_and_never_shows_asks_a_person_too() -> None:
    world, request = asked()
    accepted = {"type": "status", "status": 200, "body": {}}
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": accepted})
    world.run(for_at_most=39 * DAY, looks=60, steps=9000)
    assert state_of(world, request) == ASKS
    assert "its renewal month by month is not recorded" in text_of(world.offboarding(request))
    assert len(told(world, "renewal_coming")) == 3


def test_a_busy_subscription_is_tried_again_without_asking() -> None:
    customer = CustomerSpec(
        name="Busy Ltd", subscriptions=(late("Yearly", "+P40D", pending_operation_until="+P1D"), legacy())
    )
    world, request = asked(customer)
    world.run(for_at_most=3 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert [name for name, *_ in effects(world)] == [INSTRUCTED]
    assert not told(world, "needs_attention")


def test_a_catalogue_that_is_busy_is_asked_again_without_asking_a_person() -> None:
    world, request = asked()
    busy = {"type": "status", "status": 409, "code": "900278", "description": "Pending."}
    arm(world, {"match": {"method": "GET", "pathRegex": "/availabilities$", "times": 1}, "action": busy})
    world.run(for_at_most=3 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert not told(world, "needs_attention")


@pytest.mark.parametrize(("status", "code"), [(404, "400013"), (403, "20002"), (400, "800002")])
def test_a_catalogue_that_refuses_writes_nothing_and_asks_a_person(status: int, code: str) -> None:
    world, request = asked()
    refused = {"type": "status", "status": status, "code": code, "description": "No."}
    arm(world, {"match": {"method": "GET", "pathRegex": "/availabilities$", "times": None}, "action": refused})
    world.run(for_at_most=2 * DAY)
    assert state_of(world, request) == ASKS
    assert "its terms cannot be looked up" in text_of(world.offboarding(request))
    assert effects(world) == []
    world.simulator.faults.clear()
    world.run(for_at_most=3 * DAY, looks=4)
    assert state_of(world, request) == SCHEDULED
    assert [name for name, *_ in effects(world)] == [INSTRUCTED]


@pytest.mark.parametrize(("status", "code"), [(503, "0"), (409, "900278"), (429, "0")])
def test_a_catalogue_that_cannot_be_read_now_is_read_again_without_asking(status: int, code: str) -> None:
    world, request = asked()
    busy = {"type": "status", "status": status, "code": code, "description": "Later."}
    arm(world, {"match": {"method": "GET", "pathRegex": "/availabilities$", "times": 2}, "action": busy})
    world.run(for_at_most=3 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert [name for name, *_ in effects(world)] == [INSTRUCTED]
    assert not told(world, "needs_attention")


def test_a_word_for_one_renewal_lets_no_other_one_become_a_year() -> None:
    customer = CustomerSpec(name="Two", subscriptions=(late("A", "+P40D", offer_id="X:0001:Y"), late("B", "+P50D")))
    world, request = asked(customer, knobs={"without_monthly_term": ("X",)})
    world.run(for_at_most=2 * DAY)
    assert state_of(world, request) == ASKS
    assert "B renews" not in text_of(world.offboarding(request))
    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.run(for_at_most=2 * DAY)
    assert state_of(world, request) == SCHEDULED
    assert len(world.offboarding(request).agreed_renewals) == 1
    mutate(world, _change(world, {"nextTerm": ""}, "B"))
    world.run(for_at_most=70 * DAY)
    assert sorted(world.new_terms()) == [MONTH, YEAR]


@pytest.mark.long
def test_mode_plan_writes_no_instructions_and_tells_of_the_renewal() -> None:
    world, request = asked(CustomerSpec(name="Planned", subscriptions=(late("Yearly", "+P8D"),)), mode="plan")
    world.run(for_at_most=7 * DAY)
    assert state_of(world, request)[1] is ReasonCode.MODE_PLAN
    assert "Yearly will renew month by month" in text_of_plan(world, request)
    assert effects(world) == []
    assert len(told(world, "renewal_coming")) == 3


@pytest.mark.parametrize("single", ["collection", "single"])
@pytest.mark.parametrize("late_answer", [False, True])
def test_either_answer_of_the_catalogue_and_a_late_effect_are_understood(single: str, late_answer: bool) -> None:
    world, request = asked(knobs={"availabilities": single, "async_patch": late_answer})
    world.run(for_at_most=60 * DAY)
    assert (state_of(world, request), world.new_terms()) == (SCHEDULED, [MONTH])
    assert [name for name, *_ in effects(world)] == [INSTRUCTED]


def points() -> list[int]:
    """Every n-th commit, message and call until the instructions stand; around their write always."""
    world, _ = asked()
    world.run(for_at_most=3 * DAY)
    names = dict(enumerate(world.crash.passed, 1))
    writes = [at for at, name in names.items() if " PATCH " in name]
    assert writes
    return sorted({*some_of(names), *writes})


@pytest.mark.long
def test_a_process_that_dies_anywhere_writes_the_instructions_once() -> None:
    for at in points():
        world, request = asked(crash=CrashPoints(at))
        world.run(for_at_most=60 * DAY)
        place = f"killed {world.crash.passed[at - 1]} ({at})"
        assert world.restarts == 1, place
        assert [name for name, *_ in effects(world)] == [INSTRUCTED], place
        assert (state_of(world, request), world.new_terms()) == (SCHEDULED, [MONTH]), place


def _change(world: World, fields: dict[str, Any], name: str = "Yearly") -> dict[str, Any]:
    tenant = world.tenant()[0]
    holding = next(item for item in tenant["subscriptions"] if item["name"] == name)
    return {"customer": tenant["id"], "holding": holding["id"], "set": fields}
