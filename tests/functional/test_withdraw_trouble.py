"""A withdrawal that meets the removal, the kill switch, refusals, late effects, and people at work."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.world import World
from shared.contracts.etags import header_etag
from shared.domain.brake import Brake
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, PreconditionError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.record import Offboarding, SaidResume
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import UNNAMED_KEY, Actor
from shared.domain.policy import Mode
from shared.operations.brake import move_brake
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, NotWithdrawableError, withdraw
from shared.pipeline.stages import restore
from shared.ports.store import Change
from tests.functional.calling_off import REQUESTER, CallsOff, differences, listed, state
from tests.functional.checks import check_outcomes, effects
from tests.functional.customers import azure_plan, late, legacy, removable
from tests.functional.sampling import some_of
from tests.functional.trouble import arm, mutate
from tests.unit.support.worlds import StoreSwitch, unavailable, whats

OPERATOR = replace(REQUESTER, id="p-9", name="Ms. Operator")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MIXED = CustomerSpec(name="Mixed", subscriptions=(legacy(), late("Late", "+P90D"), azure_plan("one")))
PATCHES: dict[str, Any] = {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}


def call_off(world: World, request: str, by: Actor = REQUESTER) -> Offboarding:
    found = withdraw(world.offboarding(request).id, CalledOff(by, "a mistake"), world.services)
    assert found is not None
    return found


def at_work(customer: CustomerSpec = MIXED, *, within: timedelta = HOUR, **asked: Any) -> tuple[World, str]:
    """A world whose offboarding has done what it can, and waits."""
    world = World(scenario=Scenario(customers=(customer,), knobs=asked.pop("knobs", Knobs())))
    request = world.ask(customer, **asked)
    world.run(for_at_most=within)
    return world, request


# Until the removal.


def calls_to_the_end() -> int:
    world = World(customer := removable())
    world.ask(customer)
    world.run()
    return len(world.journal())


PARTS = 6


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_withdrawn_at_any_call_of_a_whole_offboarding_it_is_called_off_or_refused(part: int) -> None:
    for call in some_of(range(1, calls_to_the_end() + 1), 2)[part::PARTS]:
        crash = CallsOff(call, random.Random(call).randrange(1, 1200))
        world = World(customer := removable(), crash=crash)
        request = world.ask(customer)
        crash.watch(world, request)
        before = state(world)
        world.run()
        crash.at = None
        ended = world.offboarding(request)
        # After a death there may be fewer calls than that: then nobody said anything.
        too_late = crash.refused or not crash.said
        assert ended.status is (Status.REMOVED if too_late else Status.WITHDRAWN), (call, ended.reason)
        check_outcomes(world)
        if too_late:
            continue
        assert differences(before, state(world)) == listed(ended), call
        again = world.ask(customer, requestId="req-again")
        world.run()
        assert world.offboarding(again).status is Status.REMOVED, call


def test_before_anything_was_written_it_ends_at_once() -> None:
    world, request = at_work(notBefore="2026-07-01T00:00:00Z")
    before = world.offboarding(request)
    found = call_off(world, request)

    assert (before.status, found.status, found.stage) == (Status.SCHEDULED, Status.WITHDRAWN, None)
    assert found.reason is not None
    assert found.reason.text == "withdrawn by Ms. Requester: a mistake; nothing had been changed"
    assert world.events(request)[-1]["type"] == "offboarding.withdrawn.v1"
    assert call_off(world, request, by=UNNAMED_KEY) == found, "twice is once"
    again = world.ask(MIXED, requestId="req-2")
    world.run(for_at_most=HOUR)
    assert world.offboarding(again).status is Status.WAITING, "the customer is free for another request"


@pytest.mark.parametrize("known", [True, False])
def test_nothing_joins_what_is_being_called_off(known: bool) -> None:
    world, request = at_work()
    live = call_off(world, request)
    assert live.status is Status.RESTORING
    named = {} if known else {"customerTenantId": None}
    again = world.ask(MIXED, requestId="req-2", **named)
    move(world, held=True)
    world.run(for_at_most=HOUR)
    refused = world.offboarding(again)
    assert (refused.status, refused.other_id) == (Status.REJECTED, live.id)
    assert refused.reason is not None
    assert "was withdrawn, and is being put back" in refused.reason.text


def test_what_has_ended_or_begun_to_remove_is_refused_with_the_link() -> None:
    world, request = at_work(removable(), within=30 * DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.REMOVED
    with pytest.raises(NotWithdrawableError, match=r"has ended as removed; the customer can be asked back by https://"):
        call_off(world, request)
    joined = World(MIXED)
    first, second = joined.ask(MIXED), joined.ask(MIXED, requestId="req-2")
    joined.run(for_at_most=HOUR)
    with pytest.raises(NotWithdrawableError, match=f"joined, in favour of {joined.offboarding(first).id}$"):
        call_off(joined, second)
    assert withdraw("nobody", CalledOff(REQUESTER, "y"), world.services) is None


def test_a_lost_race_is_run_again_five_times() -> None:
    world, request = at_work()
    switch = StoreSwitch(world)
    identity, load = world.offboarding(request).id, world.store.load

    def changed_meanwhile() -> None:
        stored = load(identity)
        assert stored is not None
        world.store._rows[identity].etag += 1
        switch.before["commit"] = changed_meanwhile

    switch.before["commit"] = changed_meanwhile
    with pytest.raises(ConcurrencyConflictError, match="5 times while it was withdrawn"):
        call_off(world, request)
    switch.before.clear()
    assert call_off(world, request).status is Status.RESTORING


# What holds it up.


def move(world: World, *, held: bool) -> None:
    move_brake(Brake(held, OPERATOR, "a test", world.clock.now()), world.services.brakes.read().etag, world.services)


@pytest.mark.long
def test_the_kill_switch_and_mode_plan_stop_restores_as_well() -> None:
    world, request = at_work()
    before = list(effects(world))
    call_off(world, request)
    move(world, held=True)
    world.run(for_at_most=DAY)
    held = world.offboarding(request)
    assert (held.status, held.stage) == (Status.RESTORING, Stage.RESTORE)
    assert held.reason is not None
    assert held.reason.code is ReasonCode.BRAKE_HELD
    assert effects(world) == before
    move(world, held=False)
    world.services = replace(world.services, mode=Mode.PLAN)
    world.run(for_at_most=DAY)
    assert effects(world) == before
    world.services = replace(world.services, mode=Mode.LIVE)
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.WITHDRAWN


def test_a_customer_that_was_protected_meanwhile_is_left_as_it_is() -> None:
    world, request = at_work()
    call_off(world, request)
    customer = world.offboarding(request).customer_id or ""
    partner = replace(world.services.partner, protected_customers=frozenset({customer}))
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.STOPPED
    assert ended.reason is not None
    assert ended.reason.code is ReasonCode.PROTECTED_CUSTOMER


REFUSALS = [
    (PATCHES, {"status": 400, "code": "800093"}, "its renewal cannot be changed"),
    (
        {**PATCHES, "method": "POST", "pathRegex": "/reactivate$"},
        {"status": 403, "code": "900335"},
        "switched on again",
    ),
]


@pytest.mark.parametrize(("match", "answer", "why"), REFUSALS)
def test_what_is_refused_for_good_is_listed_with_the_reason(
    match: dict[str, Any], answer: dict[str, Any], why: str
) -> None:
    world, request = at_work()
    before_us = state(World(MIXED))
    call_off(world, request)
    arm(world, {"match": match, "action": {"type": "status", **answer}})
    world.run(for_at_most=2 * DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert differences(before_us, state(world)) == listed(ended) != set()
    assert any(why in item.sentence for item in ended.not_restored)
    assert all(item.what_to_do and "resume" not in item.what_to_do for item in ended.not_restored)
    records = world.store.holdings(ended.id).values()
    assert {record.holding.key for record in records if record.not_restored is not None} == listed(ended)


def test_what_a_person_can_help_with_asks_daily_and_goes_on_when_it_has_passed() -> None:
    world, request = at_work()
    before_us = state(World(MIXED))
    call_off(world, request)
    role = {"type": "status", "status": 403, "code": "2032"}
    arm(world, {"match": {**PATCHES, "times": 12}, "action": role})
    world.run(for_at_most=timedelta(hours=20))
    asks = world.offboarding(request)
    assert asks.status is Status.NEEDS_ATTENTION, asks.reason
    assert asks.reason is not None
    assert asks.reason.code is ReasonCode.NOT_RESTORED
    assert "access to this object is denied" in asks.reason.text
    assert "Resume to have it tried once more" in asks.reason.operator_action
    world.run(for_at_most=20 * DAY, looks=20)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert differences(before_us, state(world)) == listed(ended) == set()


def test_at_a_word_what_is_refused_again_is_given_up() -> None:
    world, request = at_work()
    before_us = state(World(MIXED))
    call_off(world, request)
    arm(world, {"match": PATCHES, "action": {"type": "status", "status": 403, "code": "2032"}})
    world.run(for_at_most=DAY)
    asks = world.offboarding(request)
    assert asks.status is Status.NEEDS_ATTENTION
    resume(asks.id, OPERATOR, world.services, ReasonCode.NOT_RESTORED)
    assert world.offboarding(request).status is Status.RESTORING
    world.run(for_at_most=DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert differences(before_us, state(world)) == listed(ended) != set()


def test_a_person_is_told_at_once_although_something_is_still_waited_for() -> None:
    world, request = at_work(within=timedelta(seconds=1))
    call_off(world, request)
    arm(world, {"match": PATCHES, "action": {"type": "status", "status": 403, "code": "2032"}})
    world.run(for_at_most=timedelta(minutes=4))
    both = world.offboarding(request)
    assert both.status is Status.RESTORING
    assert both.reason is not None
    assert both.reason.code is ReasonCode.NOT_RESTORED
    assert both.reason.text.startswith("a person is needed: ")
    assert "Meanwhile Azure" in both.reason.text or "Meanwhile one" in both.reason.text


def test_what_is_put_off_is_tried_again_when_the_service_allows_it() -> None:
    world, request = at_work(CustomerSpec(name="Busy", subscriptions=(legacy(), late("Late", "+P90D"))))
    call_off(world, request)
    arm(world, {"match": {**PATCHES, "times": 2}, "action": {"type": "status", "status": 409, "code": "900278"}})
    began = world.clock.now()
    world.run(for_at_most=HOUR)
    waits = world.offboarding(request)
    assert waits.next_attempt_at is not None
    assert waits.next_attempt_at >= began + DAY
    world.run(for_at_most=3 * DAY)
    assert world.offboarding(request).status is Status.WITHDRAWN
    assert world.clock.now() >= began + DAY


def test_what_is_more_than_one_round_can_do_goes_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "WAVES", 1)
    world, request = at_work()
    call_off(world, request)
    began = world.clock.now()
    world.step(began)
    found = world.offboarding(request)
    assert found.reason is not None
    world.run(for_at_most=DAY)
    assert (world.offboarding(request).status, world.offboarding(request).not_restored) == (Status.WITHDRAWN, ())


@pytest.mark.parametrize("current", [True, False])
def test_who_looked_at_an_older_record_is_told_so(current: bool) -> None:
    world, request = at_work()
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    said = CalledOff(REQUESTER, "a mistake", header_etag(stored.etag) if current else '"another"')
    if current:
        found = withdraw(stored.offboarding.id, said, world.services)
        assert found is not None
        assert found.status is Status.RESTORING
        return
    with pytest.raises(PreconditionError):
        withdraw(stored.offboarding.id, said, world.services)


def test_what_somebody_puts_back_by_hand_is_noticed() -> None:
    world, request = at_work(CustomerSpec(name="Hand", subscriptions=(legacy("One"), late("Late", "+P90D"))))
    call_off(world, request)
    arm(world, {"match": PATCHES, "action": {"type": "status", "status": 403, "code": "2032"}})
    world.run(for_at_most=DAY)
    tenant = world.tenant()[0]
    for one in tenant["subscriptions"]:
        change = (
            {"status": "active"} if one["kind"] == "legacyLicence" else {"autoRenew": True, "scheduledCancel": False}
        )
        mutate(world, {"customer": tenant["id"], "holding": one["id"], "set": change})
    world.run(for_at_most=3 * DAY, looks=3)
    ended = world.offboarding(request)
    assert (ended.status, ended.not_restored) == (Status.WITHDRAWN, ())


def test_a_relationship_that_ends_meanwhile_is_told_as_what_cannot_be_reached() -> None:
    world, request = at_work()
    call_off(world, request)
    mutate(world, {"customer": world.tenant()[0]["id"], "set": {"relationship": "none"}})
    world.run(for_at_most=3 * DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert len(ended.not_restored) == 4
    assert all("the relationship has ended" in item.sentence for item in ended.not_restored)


# Late effects and lost answers.

SLOW = Knobs(async_patch=True, patch_lag=timedelta(minutes=20), entitlement_lag=timedelta(minutes=25))
LOST: list[Callable[[int], dict[str, Any]]] = [
    lambda nth: {
        "match": {"method": "PATCH", "pathRegex": "/subscriptions/", "nth": nth},
        "action": {"type": "dropAfter"},
    },
    lambda nth: {"match": {"method": "POST", "pathRegex": "/cancel$", "nth": nth}, "action": {"type": "dropAfter"}},
]


@pytest.mark.parametrize("knobs", [Knobs(), SLOW], ids=["at once", "late"])
@pytest.mark.parametrize("rule", LOST, ids=["patch", "post"])
@pytest.mark.parametrize("call", range(8, 26, 3))
def test_an_effect_that_shows_after_the_withdrawal_is_put_back_too(
    knobs: Knobs, rule: Callable[[int], dict[str, Any]], call: int
) -> None:
    world = World(scenario=Scenario(customers=(MIXED,), knobs=knobs), crash=(crash := CallsOff(call)))
    arm(world, rule(1))
    request = world.ask(MIXED)
    crash.watch(world, request)
    before = state(world)
    world.run(for_at_most=10 * DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    world.clock.advance(DAY)
    world.tenant()
    assert differences(before, state(world)) == listed(ended)


@pytest.mark.parametrize("nth", range(1, 5))
def test_lost_answers_to_what_is_put_back_do_no_harm(nth: int) -> None:
    world, request = at_work()
    before_us = state(World(MIXED))
    call_off(world, request)
    arm(world, LOST[0](nth))
    world.run(for_at_most=5 * DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert differences(before_us, state(world)) == set()


# Beside a handler that works.


def first_write() -> int:
    world, _ = at_work()
    return 1 + next(number for number, entry in enumerate(world.journal()) if entry["effects"])


def test_a_handler_at_work_stops_and_lets_go_and_nothing_is_put_back_beside_it() -> None:
    """While its calls may be on the wire the claim stands; its last one done, the next goes on at once."""
    world = World(MIXED, crash=(crash := CallsOff(first_write())))
    request = world.ask(MIXED)
    crash.watch(world, request)
    began = world.clock.now()
    world.run(for_at_most=HOUR)
    ended = world.offboarding(request)
    told = whats(world, ended.id)
    assert ended.status is Status.WITHDRAWN
    assert told.index("withdrawal.asked") < told.index("claim.released")
    released = next(entry for entry in world.store.timeline(ended.id) if entry.what == "claim.released")
    assert released.at < began + timedelta(minutes=1)


class SpokenTo(CallsOff):
    """A person calls the offboarding off, and another says a word to the handler that works."""

    def say(self, world: World) -> None:
        super().say(world)
        stored = world.store.load(offboarding_id(self.request))
        assert stored is not None
        word = SaidResume(OPERATOR, ReasonCode.REFUSED)
        world.store.commit(Change(replace(stored.offboarding, said=(word,)), stored.etag))


@pytest.mark.parametrize("after", range(4))
def test_a_handler_that_takes_up_what_was_said_cannot_undo_a_withdrawal(after: int) -> None:
    """What is said is the one thing that a handler stores beside its own; being called off is none."""
    world = World(MIXED, crash=(crash := SpokenTo(first_write() + after)))
    request = world.ask(MIXED)
    crash.watch(world, request)
    before = state(world)
    world.run(for_at_most=DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN
    assert ended.said == ()
    assert differences(before, state(world)) == listed(ended)


def test_a_claim_that_cannot_be_let_go_expires() -> None:
    world = World(MIXED, crash=(crash := CallsOff(first_write())))
    request = world.ask(MIXED)
    crash.watch(world, request)
    switch = StoreSwitch(world)

    def down_when_lost(*_: object) -> bool:
        if crash.said and "load" not in switch.before and not getattr(switch, "told", False):
            switch.told = True  # type: ignore[attr-defined]
            switch.before["load"] = unavailable
        return False

    switch.refuses = down_when_lost
    world.run(for_at_most=DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason


@pytest.mark.long
def test_no_warning_and_no_blocker_outlives_the_withdrawal() -> None:
    """Something is still refused when a licence, put back, is about to renew: that is what was wanted."""
    world, request = at_work(CustomerSpec(name="Warned", subscriptions=(legacy(), late("Late", "+P40D"))))
    assert world.offboarding(request).blockers
    call_off(world, request)
    stuck = next(one["id"] for one in world.tenant()[0]["subscriptions"] if one["kind"] == "legacyLicence")
    match = {**PATCHES, "pathRegex": f"(?i)/subscriptions/{stuck}"}
    arm(world, {"match": match, "action": {"type": "status", "status": 403, "code": "2032"}})
    world.run(for_at_most=39 * DAY, looks=50)
    found = world.offboarding(request)
    assert found.status is Status.NEEDS_ATTENTION
    types = {event["type"] for event in world.events(request)}
    assert not types & {"offboarding.renewal_coming.v1", "offboarding.window_closing.v1"}
    assert (found.blockers, found.blocker_count, found.paid_until) == ((), 0, None)
    assert all(record.blocker is None for record in world.store.holdings(found.id).values())
