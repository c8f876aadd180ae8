"""take_in_batch: each request as if it came alone, once, wherever the first try died."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashError
from local.world.world import World
from shared.contracts.batch import AT_MOST, BatchAnswer, BatchV1, parse_batch, row_name
from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, UnavailableError
from shared.domain.people.actor import known_by_name
from shared.intake.accept import accept
from shared.intake.batch import LONGEST, BatchIdReusedError, take_in_batch
from shared.operations.show_batch import show_batch
from tests.functional.customers import late
from tests.unit.support.worlds import SMALL, StoreSwitch, unavailable

ADA = known_by_name("Ada")
LATER = CustomerSpec(name="Later", subscriptions=(late("Late", "+P90D"),))


def request_of(world: World, **fields: Any) -> dict[str, Any]:
    world.ask(SMALL, **fields)
    found: dict[str, Any] = json.loads(world.bus.queued.pop().body)
    return found


def batch(requests: list[Any], name: str | None = "b-1") -> BatchV1:
    named = {"batchId": name} if name else {}
    return parse_batch(json.dumps({**named, "requests": requests}).encode())


def mixed(world: World) -> list[Any]:
    """Good, broken in two ways, no object, the first again, and its id with other content."""
    one = request_of(world, requestId="one", dryRun=True)
    broken = {**one, "requestId": "broken", "version": "whatever", "reason": ""}
    far = {**one, "requestId": "far", "notBefore": "2030-01-01T00:00:00Z"}
    return [one, broken, 7, one, {**one, "reason": "zebra"}, far, request_of(world, requestId="two", dryRun=True)]


def codes(answer: BatchAnswer) -> list[str | None]:
    return [item.problem.code if item.problem else None for item in answer.items]


def test_each_request_has_its_own_answer_and_a_bad_one_stops_no_other() -> None:
    world = World(SMALL)
    answer = take_in_batch(batch(mixed(world)), ADA, world.services)

    assert codes(answer) == [None, "wrong_value", "not_an_object", None, "request_id_reused", "wrong_value", None]
    assert (answer.batch_id, answer.accepted, answer.already_there) == ("b-1", 3, 0)
    assert [item.result for item in answer.items] == [
        "accepted", "refused", "refused", "accepted", "refused", "refused", "accepted",
    ]  # fmt: skip
    assert {item.request.batch_id for item in world.all()} == {"b-1"}
    assert [item.position for item in answer.items] == list(range(7))
    ids = [item.offboarding_id for item in answer.items]
    assert ids[0] == ids[3]
    assert {ids[0], ids[6]} == {item.id for item in world.all()}
    assert [ids[1], ids[2], ids[4], ids[5]] == [None] * 4
    assert all(item.requester == ADA for item in world.all())


def test_all_mistakes_of_a_request_are_named_with_field_value_and_rule() -> None:
    world = World(SMALL)
    found = take_in_batch(batch(mixed(world)), ADA, world.services).items[1]

    assert found.request_id == "broken"
    assert found.problem is not None
    fields = {found.problem.field, *(item.field for item in found.problem.errors or ())}
    assert fields == {"version", "reason"}
    assert "whatever" in found.problem.model_dump_json()


def test_the_same_batch_again_has_the_same_answers_and_does_nothing() -> None:
    world = World(SMALL)
    wanted = batch(mixed(world))
    first = take_in_batch(wanted, ADA, world.services)
    events = len(world.events())
    # What was too far away then is near by now: the answer stays.
    world.clock.advance(timedelta(days=900))
    assert take_in_batch(wanted, ADA, world.services) == first
    assert len(world.events()) == events


@pytest.mark.parametrize("name", ["b-1", None])
def test_an_id_stays_with_its_requests(name: str | None) -> None:
    world = World(SMALL)
    one = request_of(world, requestId="one")
    first = take_in_batch(batch([one], name), ADA, world.services)
    other = batch([{**one, "requestId": "two"}], first.batch_id)

    with pytest.raises(BatchIdReusedError):
        take_in_batch(other, ADA, world.services)
    assert len(world.all()) == 1
    turned = batch([dict(reversed(one.items()))], name)
    assert take_in_batch(turned, ADA, world.services) == first


def test_what_is_kept_holds_no_value_that_was_sent() -> None:
    world = World(SMALL)
    take_in_batch(batch(mixed(world)), ADA, world.services)
    row = world.store.shared_row(row_name("b-1"))
    assert row is not None
    assert not [word for word in ("whatever", "Ada", SMALL.name, "zebra", "2030") if word in row.text]


def test_another_live_offboarding_is_a_problem_beside_the_own_one() -> None:
    world = World(SMALL)
    take_in_batch(batch([request_of(world, requestId="one")]), ADA, world.services)
    world.deliver(world.bus.take() or pytest.fail("no wake-up"))
    more = request_of(world, requestId="two", commitments="stop_and_report")
    [found] = take_in_batch(batch([more], "b-2"), ADA, world.services).items

    assert found.problem is not None
    assert (found.problem.code, found.problem.offboarding_id) == ("live_with_other_options", found.offboarding_id)
    view = show_batch("b-2", world.services)
    assert view is not None
    assert view.counts == {"rejected": 1}


def test_what_was_there_before_stays_in_its_batch_and_is_shown_in_both() -> None:
    world = World(SMALL)
    alone = request_of(world, requestId="alone", dryRun=True)
    accept(parse_request(json.dumps(alone).encode()), world.services)
    own = request_of(world, requestId="own", dryRun=True, batchId="mine")
    fresh = request_of(world, requestId="fresh", dryRun=True)
    first = take_in_batch(batch([alone, own, fresh]), ADA, world.services)
    again = take_in_batch(batch([fresh, own], "b-2"), ADA, world.services)

    assert [item.result for item in first.items] == ["already_there", "accepted", "accepted"]
    assert (first.accepted, first.already_there) == (3, 1)
    assert [item.result for item in again.items] == ["already_there", "accepted"]
    assert {head.request.request_id: head.request.batch_id for head in world.all()} == {
        "alone": None, "own": "mine", "fresh": "b-1",
    }  # fmt: skip
    shown = {name: show_batch(name, world.services) for name in ("b-1", "b-2", "mine")}
    assert {name: [item.request_id for item in view.items] for name, view in shown.items() if view} == {
        "b-1": ["alone", "own", "fresh"], "b-2": ["fresh", "own"], "mine": ["own"],
    }  # fmt: skip


def test_a_batch_of_single_requests_is_shown_with_its_sums() -> None:
    world = World(SMALL, LATER)
    asked = world.clock.now()
    world.ask(SMALL, requestId="one", batchId="June")
    world.ask(LATER, requestId="two", batchId="June", dryRun=True)
    world.ask(LATER, requestId="three", batchId="July")
    world.run(timedelta(hours=1))
    view = show_batch("June", world.services)

    assert view is not None
    assert (view.counts, view.waiting_for) == ({"planned": 1, "waiting": 1}, {"nobody": 1})
    first, last = view.first_removal_expected_at, view.last_removal_expected_at
    assert first is not None
    assert last is not None
    assert [(at - asked).days for at in (first, last)] == [40, 90]
    assert view.removal_unknown == 0
    assert [(item.position, item.request_id, item.result) for item in view.items] == [
        (0, "one", None),
        (1, "two", None),
    ]
    assert (view.received_at, view.complete, view.more) == (asked, True, False)
    assert view.offboardings == "/api/offboardings?batchId=June"
    assert show_batch("june", world.services) is None


def test_a_crash_at_any_point_is_finished_by_sending_it_again() -> None:
    points = _run(None)[0]
    assert points > 10
    wanted = _run(None)[1]
    for at in range(1, points + 1):
        assert _run(at)[1] == wanted, at


def _run(at: int | None) -> tuple[int, list[Any]]:
    world = World(SMALL)
    wanted, crash = batch(mixed(world)), world.crash
    before, crash.at = len(crash.passed), None if at is None else len(crash.passed) + at
    try:
        first: BatchAnswer | None = take_in_batch(wanted, ADA, world.services)
    except CrashError:
        first = None
    points, crash.at = len(crash.passed) - before, None
    view = show_batch("b-1", world.services)
    assert view is None or view.complete or first is None
    answer = take_in_batch(wanted, ADA, world.services)
    assert first in (None, answer)
    outboxes = [len(world.store.outbox(item.id)) for item in world.all()]
    return points, [answer.model_dump(), sorted(item.id for item in world.all()), outboxes]


def test_a_store_that_is_down_half_way_makes_the_sender_come_back() -> None:
    world = World(SMALL)
    wanted = batch(mixed(world))
    switch = StoreSwitch(world)
    switch.before["commit"] = unavailable
    with pytest.raises(UnavailableError):
        take_in_batch(wanted, ADA, world.services)
    view = show_batch("b-1", world.services)
    assert view is not None
    assert (view.complete, view.counts) == (False, {"not_accepted": 7})
    assert take_in_batch(wanted, ADA, world.services).accepted == 3


def test_one_call_works_for_a_bounded_time_and_the_next_goes_on() -> None:
    world = World(SMALL)
    wanted = batch(mixed(world))
    switch = StoreSwitch(world)
    switch.before["commit"] = lambda: world.clock.pass_machine(timedelta(seconds=LONGEST))
    with pytest.raises(UnavailableError, match="1 of 7"):
        take_in_batch(wanted, ADA, world.services)
    assert take_in_batch(wanted, ADA, world.services).accepted == 3


def test_two_senders_at_once_get_the_same_answers() -> None:
    world = World(SMALL)
    wanted, services = batch(mixed(world)), world.services
    other: list[BatchAnswer] = []
    switch = StoreSwitch(world)
    switch.before["put_shared_row"] = lambda: other.append(take_in_batch(wanted, ADA, services))
    assert take_in_batch(wanted, ADA, world.services) == other[0]
    switch.before["commit"] = lambda: other.append(take_in_batch(batch(mixed(world), "b-2"), ADA, services))
    world.services = replace(world.services)
    again = batch([{**request_of(world, requestId="three"), "dryRun": True}], "b-3")
    switch.before["commit"] = lambda: other.append(take_in_batch(again, ADA, services))
    assert take_in_batch(again, ADA, world.services) == other[-1]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, ReasonCode.MISSING_FIELD, "requests"),
        ({"requests": []}, ReasonCode.WRONG_VALUE, "requests"),
        ({"requests": {}}, ReasonCode.WRONG_TYPE, "requests"),
        ({"requests": [{}] * (AT_MOST + 1)}, ReasonCode.WRONG_VALUE, "requests"),
        ({"requests": [{}], "batchId": "a b"}, ReasonCode.WRONG_VALUE, "batchId"),
        ({"requests": [{}], "more": 1}, ReasonCode.UNKNOWN_FIELD, "more"),
    ],
)
def test_a_batch_that_cannot_work(body: dict[str, Any], code: ReasonCode, field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_batch(json.dumps(body).encode())
    assert (caught.value.code, caught.value.field) == (code, field)


def test_as_many_as_allowed_fit_whatever_is_wrong_with_them() -> None:
    world = World(SMALL)
    worst = [{f"{number:03d}" + "x" * 90 + str(extra): 1 for extra in range(20)} for number in range(AT_MOST)]
    answer = take_in_batch(batch(worst), ADA, world.services)
    assert answer.accepted == 0
    row = world.store.shared_row(row_name("b-1"))
    assert row is not None
    assert len(row.text) < 512 * 1024
