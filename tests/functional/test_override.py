"""A person says that what the pipeline does not understand has ended; the gate still decides about everything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.messages import Request, Response
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.decisions.blockers import Cause
from shared.domain.decisions.overrides import PersonsWord
from shared.domain.offboarding.states import Stage, Status
from shared.operations.override import NotOverridableError, override
from shared.ports.store import Change
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import azure_plan, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm, mutate

DAY = timedelta(days=1)
ODD = CustomerSpec(name="Odd", subscriptions=(legacy("Odd one"),))


def shown_as(world: World, word: str) -> None:
    """The subscription is shown with this status, whatever it really is."""
    rewrite = {"type": "rewrite", "set": {"/items/0/status": word}}
    arm(world, {"match": {"method": "GET", "pathRegex": "/subscriptions$", "times": None}, "action": rewrite})


def stuck(word: str) -> tuple[World, str, str]:
    world = World(ODD)
    tenant = world.tenant()[0]
    found = tenant["subscriptions"][0]
    mutate(world, {"customer": tenant["id"], "holding": found["id"], "set": {"status": "deleted"}})
    shown_as(world, word)
    request = world.ask(ODD)
    world.run(for_at_most=2 * DAY)
    offboarding = world.offboarding(request)
    assert offboarding.status is Status.NEEDS_ATTENTION
    [(key, blocker)] = [(key, one.blocker) for key, one in world.store.holdings(offboarding.id).items() if one.blocker]
    # Exactly where a word may count, the advice says how to give it.
    assert (f"offboard override ID {key} " in blocker.what_to_do) is ("active" not in word.casefold())
    return world, offboarding.id, key


def word_of(key: str, cause: Cause = Cause.UNKNOWN_STATUS) -> PersonsWord:
    return PersonsWord(key, cause, OPERATOR, "case 123")


def test_an_unknown_word_that_has_ended_lets_it_go_on_and_the_outcome_says_by_whom() -> None:
    world, identity, key = stuck("hibernated")
    override(identity, word_of(key), world.services)
    world.run()
    [offboarding] = world.all()
    assert offboarding.reason is not None
    assert offboarding.status is Status.REMOVED
    assert "by a person's word ended: Odd one (Ms. Operator)" in offboarding.reason.text
    entry = next(entry for entry in world.store.timeline(identity) if entry.what == "overridden")
    assert "seen as hibernated" in entry.detail
    check_invariants(world)


def test_the_word_ends_with_another_word_of_microsofts() -> None:
    world, identity, key = stuck("hibernated")
    override(identity, word_of(key), world.services)
    world.simulator.faults.clear()
    shown_as(world, "waking")
    world.run(for_at_most=2 * DAY)
    assert world.all()[0].status is Status.NEEDS_ATTENTION
    assert world.tenant()[0]["relationship"] == "reseller"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (PersonsWord("nothing", Cause.UNKNOWN_STATUS, OPERATOR, "y"), "has no holding nothing"),
        (None, "is blocked as unknown_status, not as vanished"),
    ],
)
def test_what_is_not_there_or_blocks_otherwise_is_refused(said: PersonsWord | None, why: str) -> None:
    world, identity, key = stuck("hibernated")
    with pytest.raises(NotOverridableError, match=why):
        override(identity, said or word_of(key, Cause.VANISHED), world.services)
    assert override("unknown", word_of(key), world.services) is None


def test_a_word_without_a_cause_is_about_what_blocks_now() -> None:
    world, identity, key = stuck("hibernated")
    override(identity, PersonsWord(key, None, OPERATOR, "case 123"), world.services)
    said = world.store.holdings(identity)[key].override
    assert said is not None
    assert (said.cause, said.by, said.actor) == (Cause.UNKNOWN_STATUS, "Ms. Operator", OPERATOR)
    world.run()
    assert world.all()[0].status is Status.REMOVED


def test_what_does_not_block_has_nothing_to_be_told_about() -> None:
    world, identity, key = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    free = replace(world.store.holdings(identity)[key], blocker=None)
    world.store.commit(Change(stored.offboarding, stored.etag, (free,)))
    with pytest.raises(NotOverridableError, match="is not blocked"):
        override(identity, PersonsWord(key, None, OPERATOR, "case 123"), world.services)


def test_what_microsoft_calls_active_stays() -> None:
    world, identity, key = stuck("activeButOdd")
    with pytest.raises(NotOverridableError, match=r"is '(?i:activebutodd)' at Microsoft"):
        override(identity, word_of(key), world.services)


def test_a_plan_counts_no_child_that_ended_by_a_persons_word_and_is_suspended() -> None:
    """One of two Azure subscriptions is shown with a word that nobody knows; it is inactive."""
    customer = CustomerSpec(name="Plan", subscriptions=(azure_plan("one", "odd"),))
    world = World(customer)
    tenant = world.tenant()[0]
    plan, child = tenant["subscriptions"][0]["id"], tenant["azureEntitlements"][1]["id"]
    mutate(world, {"customer": tenant["id"], "holding": child, "set": {"status": "inactive"}})
    rewrite = {"type": "rewrite", "set": {"/items/1/status": "hibernated"}}
    arm(world, {"match": {"method": "GET", "pathRegex": "/azureEntitlements$", "times": None}, "action": rewrite})
    request = world.ask(customer)
    world.run(for_at_most=2 * DAY)
    asked = world.offboarding(request)
    assert asked.status is Status.NEEDS_ATTENTION
    [key] = [key for key, one in world.store.holdings(asked.id).items() if child in key.lower()]
    assert ("subscription.suspended", tenant["id"], plan) not in effects(world)

    override(asked.id, word_of(key), world.services)
    world.run(for_at_most=DAY)
    assert ("subscription.suspended", tenant["id"], plan) in effects(world)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_what_has_ended_can_be_told_nothing() -> None:
    world, identity, key = stuck("hibernated")
    override(identity, word_of(key), world.services)
    world.run()
    with pytest.raises(NotOverridableError, match="is removed; nothing of it can be told any more"):
        override(identity, word_of(key), world.services)


def three_odd_ones() -> tuple[World, str, list[str]]:
    customer = CustomerSpec(name="Three", subscriptions=(legacy("A"), legacy("B"), legacy("C")))
    world = World(customer)
    tenant = world.tenant()[0]
    for found in tenant["subscriptions"]:
        mutate(world, {"customer": tenant["id"], "holding": found["id"], "set": {"status": "deleted"}})
    rewrite = {"type": "rewrite", "set": {"/items/*/status": "hibernated"}}
    arm(world, {"match": {"method": "GET", "pathRegex": "/subscriptions$", "times": None}, "action": rewrite})
    request = world.ask(customer)
    world.run(for_at_most=2 * DAY)
    found = world.offboarding(request)
    keys = [key for key, one in world.store.holdings(found.id).items() if one.blocker is not None]
    assert (found.status, len(keys)) == (Status.NEEDS_ATTENTION, 3)
    return world, found.id, keys


def test_words_are_taken_one_right_after_the_other_and_twice_is_once() -> None:
    world, identity, keys = three_odd_ones()
    for key in (*keys, keys[0]):
        override(identity, word_of(key), world.services)
    world.run(for_at_most=DAY)
    assert world.all()[0].status is Status.REMOVED


def test_words_that_arrive_during_the_look_are_taken_after_it() -> None:
    world, identity, keys = three_odd_ones()
    override(identity, word_of(keys[0]), world.services)
    handle, said = world.simulator.handle, list[str]()

    def meanwhile(request: Request) -> Response:
        if not said:
            for key in keys[1:]:
                said.append(key)
                found = override(identity, word_of(key), world.services)
                assert found is not None
                assert found.claim is not None, "somebody works on it"
        return handle(request)

    world.simulator.handle = meanwhile  # type: ignore[method-assign]
    world.run(for_at_most=timedelta(hours=1))
    assert said == keys[1:]
    assert world.all()[0].status is Status.REMOVED
    check_invariants(world)


def test_what_vanished_a_moment_ago_is_told_when_to_say_it_again() -> None:
    customer = CustomerSpec(name="Fresh", subscriptions=(nce("Fresh one", started="-P30D"), legacy()))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=2))
    gone: dict[str, Any] = {"type": "rewrite", "set": {"/items": [], "/totalCount": 0}}
    for path in ("/subscriptions$", "/orders$", "/entitlements$"):
        arm(world, {"match": {"method": "GET", "pathRegex": path, "times": None}, "action": gone})
    world.clock.advance(8 * DAY)
    world.sweep()
    world.run(for_at_most=timedelta(minutes=5))
    identity = world.offboarding(request).id
    key, blocker = next(
        (key, one.blocker)
        for key, one in world.store.holdings(identity).items()
        if one.blocker is not None and one.blocker.cause is Cause.VANISHED
    )
    assert blocker.until is not None
    with pytest.raises(NotOverridableError) as refused:
        override(identity, word_of(key, Cause.VANISHED), world.services)
    again = f"{blocker.until:%H:%M} UTC"
    assert " vanished at " in str(refused.value)
    assert f"a second look at {again}" in str(refused.value)
    assert "active" not in str(refused.value)
    assert again in refused.value.operator_action
    assert refused.value.operator_action.startswith("Say it again")


def test_what_vanished_is_taken_as_gone_at_a_persons_word() -> None:
    customer = CustomerSpec(name="Lost", subscriptions=(nce("Lost one", started="-P30D"), legacy()))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=2))
    tenant = world.tenant()[0]
    gone: dict[str, Any] = {"type": "rewrite", "set": {"/items": [], "/totalCount": 0}}
    for path in ("/subscriptions$", "/orders$", "/entitlements$"):
        arm(world, {"match": {"method": "GET", "pathRegex": path, "times": None}, "action": gone})
    world.clock.advance(8 * DAY)
    world.sweep()
    world.run(for_at_most=DAY)
    [offboarding] = world.all()
    keys = [key for key, one in world.store.holdings(offboarding.id).items() if one.blocker is not None]
    assert offboarding.status is Status.NEEDS_ATTENTION
    for key in keys:
        override(offboarding.id, word_of(key, Cause.VANISHED), world.services)
        break
    world.run(for_at_most=DAY)
    assert tenant["id"]
    blocked = [one.blocker for one in world.store.holdings(offboarding.id).values() if one.blocker is not None]
    assert len(blocked) == len(keys) - 1
    assert world.offboarding(request).request.request_id == request


@pytest.mark.parametrize(
    ("status", "stage", "looks_at"),
    [
        (Status.NEEDS_ATTENTION, Stage.REMOVE, Stage.VERIFY),
        (Status.NEEDS_ATTENTION, Stage.CANCEL, Stage.CANCEL),
        (Status.NEEDS_ATTENTION, Stage.VERIFY, Stage.VERIFY),
        (Status.WAITING, Stage.VERIFY, Stage.VERIFY),
    ],
)
def test_what_was_refused_after_the_gate_is_looked_at_from_it(status: Status, stage: Stage, looks_at: Stage) -> None:
    world, identity, key = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    world.store.commit(Change(replace(stored.offboarding, status=status, stage=stage), stored.etag))
    found = override(identity, word_of(key), world.services)
    assert found is not None
    assert found.stage is looks_at
