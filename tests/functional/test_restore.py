"""The store is lost and put back from a snapshot, at every call of a run: nothing is done twice, or by itself.

The simulator's journal is the oracle: it has what the restored record does not know of.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local.simulator.scenario.models import CustomerSpec, GdapSpec, ReservationSpec
from local.world.crash import CrashError, CrashPoints
from local.world.store import MemoryStore
from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.contracts.views import offboarding_view
from shared.domain.brake import Brake
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.settled import Payment, Refunds, Settled
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.operations.approve import Decision, decide_plan
from shared.operations.brake import move_brake
from shared.operations.carry_out import HalfRestoredError
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, withdraw
from shared.pipeline.core.wake_ups import wake_up_message
from shared.ports.evidence import EvidenceExport
from shared.report.period import period
from shared.snapshots.manifest import Manifest, SnapshotError
from shared.snapshots.put_back import Restore
from tests.functional.checks import check_effects, check_removals, effects
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.people import OPERATOR, OTHER
from tests.functional.restored import LosingWorld, lose_and_restore, shelf_in, snapshot
from tests.functional.sampling import some_of

CUSTOMER = CustomerSpec(
    name="Lost and Found",
    subscriptions=(legacy(), nce(), late("Late", "+P5D"), azure_plan("One")),
    reservations=(ReservationSpec(),),
    gdap=(GdapSpec(),),
)
DAYS, FOREVER = timedelta(days=3), timedelta(days=90)
ENDS = {status.value for status in TERMINAL}
AGES: dict[str, Callable[[list[Manifest]], Manifest]] = {
    "newest": lambda found: found[-1],
    "middle": lambda found: found[len(found) // 2],
    "oldest": lambda found: found[0],
}


@cache
def points() -> tuple[int, ...]:
    """Every place right before or after a call to Microsoft, of a run that nothing stops."""
    world = LosingWorld(CUSTOMER)
    world.ask(CUSTOMER)
    world.run()
    return tuple(number for number, name in enumerate(world.crash.passed, 1) if "/" in name)


def lost_at(point: int, age: str, folder: Path) -> tuple[World, str]:
    """The process dies at `point`, the store goes with it, and an earlier snapshot is put back."""
    world = LosingWorld(CUSTOMER, crash=CrashPoints(point))
    request, shelf, found = world.ask(CUSTOMER), shelf_in(folder), list[Manifest]()
    while world.restarts == 0:
        assert world.step(world.clock.now() + FOREVER), "it ends before this point"
        if world.all():
            found.append(snapshot(world, shelf))
    lose_and_restore(world, shelf, AGES[age](found[:-1] or found))
    return world, request


def release(world: World) -> None:
    """A person has looked: the kill switch, then each offboarding."""
    stored = world.services.brakes.read()
    assert stored.brake.held, "nothing is written before a person has looked"
    move_brake(Brake(False, OPERATOR, "looked at", world.clock.now()), stored.etag, world.services)
    for item in world.all():
        if is_held(item):
            resume(item.id, OPERATOR, world.services, ReasonCode.RECORD_RESTORED, why="it still holds")


def is_held(head: Offboarding) -> bool:
    return head.status is Status.NEEDS_ATTENTION and head.reason is not None and head.reason.code == "record_restored"


@pytest.mark.long
@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("point", some_of(points()))
def test_after_a_restore_it_waits_for_a_person_and_then_does_nothing_twice(
    point: int, age: str, tmp_path: Path
) -> None:
    world, request = lost_at(point, age, tmp_path)
    before = Counter(effects(world))
    calls = len(world.journal())
    assert is_held(world.offboarding(request))
    world.run(for_at_most=DAYS, looks=5)
    assert is_held(world.offboarding(request)), "days pass, and messages of then arrive"
    assert (Counter(effects(world)), len(world.journal())) == (before, calls), "not even a read"

    release(world)
    world.run(for_at_most=FOREVER, looks=3)

    ended = world.offboarding(request)
    assert ended.reason is not None
    if ended.status is Status.REJECTED:
        # It was not even planned in the snapshot, and the customer is gone: that is said, and that much is unknown.
        assert ended.reason.code is ReasonCode.CUSTOMER_UNKNOWN
        assert "is not in the record" in ended.reason.text
    else:
        assert ended.status in (Status.REMOVED, Status.ALREADY_REMOVED)
    check_effects(world)
    check_removals(world)
    assert sum(effect == "relationship.removed" for effect, _, _ in effects(world)) == 1


@pytest.mark.long
@pytest.mark.parametrize("point", some_of(points(), 2))
def test_released_at_once_it_does_nothing_twice_either(point: int, tmp_path: Path) -> None:
    """While what the lost process asked for has not shown its effect yet."""
    world, request = lost_at(point, ("newest", "middle", "oldest")[point % 3], tmp_path)
    release(world)
    world.run(for_at_most=FOREVER, looks=3)
    assert world.offboarding(request).finished
    check_effects(world)
    check_removals(world)
    assert sum(effect == "relationship.removed" for effect, _, _ in effects(world)) == 1


def test_a_record_of_a_week_ago_is_put_back_and_finished(tmp_path: Path) -> None:
    """A week of wake-ups, looks and writes that the record does not know of, and an end that came meanwhile."""
    longer = CustomerSpec(name="Longer", subscriptions=(nce(), late("Later", "+P20D")))
    world, shelf = LosingWorld(CUSTOMER, longer), shelf_in(tmp_path)
    removed, waits = world.ask(CUSTOMER), world.ask(longer)
    world.run(for_at_most=timedelta(hours=1))
    taken = snapshot(world, shelf)
    world.run(for_at_most=timedelta(days=7))
    assert world.clock.now() - taken.clock >= timedelta(days=7)
    assert world.offboarding(removed).status is Status.REMOVED
    assert world.offboarding(waits).status is Status.WAITING
    before = effects(world)

    lose_and_restore(world, shelf, taken)
    world.run(for_at_most=DAYS, looks=5)
    assert is_held(world.offboarding(removed))
    assert is_held(world.offboarding(waits))
    assert effects(world) == before, "nothing acts by itself"
    release(world)
    world.run(for_at_most=FOREVER, looks=3)

    assert world.offboarding(waits).status is Status.REMOVED
    assert world.offboarding(removed).finished
    check_effects(world)
    check_removals(world)
    assert sum(effect == "relationship.removed" for effect, _, _ in effects(world)) == 2


def part_way(folder: Path) -> tuple[World, str, Manifest]:
    """A snapshot of one that waits for the end of a term, days before it."""
    world = LosingWorld(CUSTOMER)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(request).status is Status.WAITING
    return world, request, snapshot(world, shelf_in(folder))


@pytest.mark.long
def test_a_withdrawal_that_was_lost_leads_to_no_removal(tmp_path: Path) -> None:
    """The worst that a restore can do: what was called off is removed all the same."""
    world, request, taken = part_way(tmp_path)
    withdraw(world.offboarding(request).id, CalledOff(OPERATOR, "the customer stays"), world.services)
    world.run(for_at_most=timedelta(hours=1))
    assert world.offboarding(request).withdrawal is not None
    lose_and_restore(world, shelf_in(tmp_path), taken)
    assert world.offboarding(request).withdrawal is None, "nobody knows of it any more"

    world.run(for_at_most=FOREVER, looks=100)

    assert is_held(world.offboarding(request)), "the term has ended, and daily looks have passed"
    assert not [effect for effect, _, _ in effects(world) if effect == "relationship.removed"]
    # Said again, it is carried out: that is a word as well.
    stored = world.services.brakes.read()
    move_brake(Brake(False, OPERATOR, "looked at", world.clock.now()), stored.etag, world.services)
    withdraw(world.offboarding(request).id, CalledOff(OPERATOR, "the customer stays, said again"), world.services)
    world.run(for_at_most=FOREVER, looks=3)
    assert world.offboarding(request).status is Status.WITHDRAWN


def test_a_withdrawal_does_not_claim_that_nothing_was_changed(tmp_path: Path) -> None:
    """What was written after the snapshot is not in the record, and cannot be put back from it."""
    world = LosingWorld(CUSTOMER)
    request = world.ask(CUSTOMER)
    world.step(world.clock.now())
    taken = snapshot(world, shelf_in(tmp_path))
    world.run(for_at_most=timedelta(days=1))
    assert effects(world)
    lose_and_restore(world, shelf_in(tmp_path), taken)
    withdraw(world.offboarding(request).id, CalledOff(OPERATOR, "the customer stays"), world.services)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN
    assert ended.reason is not None
    assert "is not in the restored record" in ended.reason.text
    assert "nothing had been changed" not in ended.reason.text


def test_an_approval_that_was_lost_is_asked_for_again(tmp_path: Path) -> None:
    world = LosingWorld(CUSTOMER, OFFBOARDING_APPROVAL="always")
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=1))
    head = world.offboarding(request)
    assert head.status is Status.AWAITING_APPROVAL
    taken = snapshot(world, shelf_in(tmp_path))
    assert head.plan is not None
    decide_plan(head.id, Decision(True, head.plan.digest, OTHER, "agreed"), world.services)
    world.run(for_at_most=timedelta(hours=1))
    written = Counter(effects(world))
    assert written
    lose_and_restore(world, shelf_in(tmp_path), taken)
    release(world)
    world.run(for_at_most=DAYS)

    assert world.offboarding(request).status is Status.AWAITING_APPROVAL
    assert Counter(effects(world)) == written, "nothing more before somebody approves again"


def test_an_approval_that_is_in_the_snapshot_is_asked_for_again_too(tmp_path: Path) -> None:
    """It may have been taken back since: a rejection is among what is lost."""
    world = LosingWorld(CUSTOMER, OFFBOARDING_APPROVAL="always")
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=1))
    head = world.offboarding(request)
    assert head.plan is not None
    decide_plan(head.id, Decision(True, head.plan.digest, OTHER, "agreed"), world.services)
    taken = snapshot(world, shelf_in(tmp_path))
    world.run(for_at_most=timedelta(hours=1))
    written = Counter(effects(world))
    assert written
    lose_and_restore(world, shelf_in(tmp_path), taken)
    release(world)
    world.run(for_at_most=DAYS)

    assert world.offboarding(request).status is Status.AWAITING_APPROVAL
    assert Counter(effects(world)) == written


def test_a_kill_switch_that_was_held_and_lost_is_held(tmp_path: Path) -> None:
    world, _, taken = part_way(tmp_path)
    assert not world.services.brakes.read().brake.held
    lose_and_restore(world, shelf_in(tmp_path), taken)
    brake = world.services.brakes.read().brake
    assert (brake.held, brake.by) == (True, OPERATOR)
    assert taken.name in brake.why


@pytest.mark.long
@pytest.mark.parametrize("messages", ["lost", "all of them again"])
def test_messages_of_another_time_than_the_store_change_nothing(messages: str, tmp_path: Path) -> None:
    """The bus may have lost everything, or bring everything once more, and both before and after a person's word."""
    world, request, taken = part_way(tmp_path)
    sent = list[OutboundMessage]()
    original = world.bus.take
    world.bus.take = lambda: sent.append(found) or found if (found := original()) else None  # type: ignore[method-assign, func-returns-value]
    world.run(for_at_most=timedelta(days=6))
    assert world.offboarding(request).stage is not None or sent
    lose_and_restore(world, shelf_in(tmp_path), taken)
    before = Counter(effects(world))

    def meet() -> None:
        world.bus.queued.clear()
        if messages != "lost":
            world.bus.queued.extend(replace(message, scheduled_at=None) for message in sent)

    meet()
    world.run(for_at_most=DAYS, looks=5)
    assert is_held(world.offboarding(request))
    assert Counter(effects(world)) == before
    release(world)
    meet()
    world.run(for_at_most=FOREVER, looks=3)
    assert world.offboarding(request).status in (Status.REMOVED, Status.ALREADY_REMOVED)
    check_effects(world)
    check_removals(world)


def test_what_was_told_before_is_told_from_new_events(tmp_path: Path) -> None:
    """No event made after a restore has the id or the number of one that was lost with the record."""
    world, request, taken = part_way(tmp_path)
    world.run(for_at_most=timedelta(days=20))
    told = {event["id"]: event["sequence"] for event in world.events(request)}
    lose_and_restore(world, shelf_in(tmp_path), taken)
    release(world)
    world.run(for_at_most=FOREVER, looks=3)

    later = [event for event in world.events(request) if event["sequence"] > max(told.values())]
    assert not {event["id"] for event in later if event["data"]["status"] not in ENDS} & set(told)
    assert any(event["data"].get("reason", {}).get("code") == "record_restored" for event in later)
    assert any("snapshot" in event["data"].get("reason", {}).get("text", "") for event in later)


@pytest.mark.long
@pytest.mark.parametrize("end", ["removed", "withdrawn"])
def test_what_ended_after_the_snapshot_has_ended_as_its_evidence_says(end: str, tmp_path: Path) -> None:
    export = EvidenceExport(FileSigner(tmp_path / "key.pem"), FolderArchive(tmp_path / "evidence"))
    world = LosingWorld(CUSTOMER, evidence=export)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    taken = snapshot(world, shelf_in(tmp_path))
    if end == "withdrawn":
        withdraw(world.offboarding(request).id, CalledOff(OPERATOR, "the customer stays"), world.services)
    world.run(for_at_most=FOREVER, looks=3)
    before, calls = world.offboarding(request), len(world.journal())
    assert before.status.value == end
    outcome = [event["id"] for event in world.events(request) if event["data"]["status"] == end]

    report = lose_and_restore(world, shelf_in(tmp_path), taken, FolderShelf(tmp_path / "evidence"))

    after = world.offboarding(request)
    assert (report.ended, report.held) == (1, 0)
    assert (after.status, after.evidence.head, after.seal) == (before.status, before.evidence.head, before.seal)
    assert (
        list(world.store.evidence(after.id))
        == (tmp_path / "evidence" / f"{after.id}.evidence.jsonl").read_text().split("\n")[:-2]
    )
    world.run(for_at_most=FOREVER, looks=3)
    assert len(world.journal()) == calls, "nothing is asked of Microsoft for what has ended"
    again = [event["id"] for event in world.events(request) if event["data"]["status"] == end]
    assert set(again) == set(outcome), "it is told again with its own id"


def test_of_what_ended_after_the_snapshot_no_money_is_told_that_nobody_read(tmp_path: Path) -> None:
    """Approved, returned and removed since: the evidence names the approver and counts the returns, and no amounts."""
    customer = CustomerSpec(name="Gone", subscriptions=(late("Late", "+P5D"),), reservations=(ReservationSpec(),))
    export = EvidenceExport(FileSigner(tmp_path / "key.pem"), FolderArchive(tmp_path / "evidence"))
    world = LosingWorld(customer, evidence=export, OFFBOARDING_APPROVAL="always")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(minutes=2))
    taken, head = snapshot(world, shelf_in(tmp_path)), world.offboarding(request)
    assert head.plan is not None
    decide_plan(head.id, Decision(True, head.plan.digest, OTHER, "agreed"), world.services)
    world.run(for_at_most=FOREVER, looks=5)
    before = world.offboarding(request)
    assert before.settled is not None
    assert (before.settled.refunds.returns, before.settled.refunds.untold) == (1, 0)

    lose_and_restore(world, shelf_in(tmp_path), taken, FolderShelf(tmp_path / "evidence"))
    after, records = world.offboarding(request), world.store.holdings(before.id).values()
    assert after.settled == Settled(Payment.NOT_READ, None, Refunds(returns=1, untold=1))
    assert paid_of(after) == paid_of(after, records) == Paid(Payment.NOT_READ)
    [line] = period(f"{after.updated_at:%Y-%m}", world.services).lines
    assert line.refunds.sentence == "1 return without a confirmed amount"
    assert before.approval is not None
    assert after.approval is not None
    assert after.approval.by.same(before.approval.by)
    assert (after.approval.digest, after.approval.at) == (before.approval.digest, before.approval.at)
    assert line.approved_by == f"{OTHER.id} ({OTHER.id})"


def test_it_is_told_wherever_people_look(tmp_path: Path) -> None:
    world, request, taken = part_way(tmp_path)
    lose_and_restore(world, shelf_in(tmp_path), taken)
    head = world.offboarding(request)
    view = offboarding_view(head, world.store.holdings(head.id), world.store.timeline(head.id), world.clock.now())
    assert view.timeline[-1].what == "record.restored"
    assert view.timeline[-1].actor is not None
    assert view.timeline[-1].actor.name == OPERATOR.name
    assert view.reason is not None
    assert "withdraw it" in (view.reason.operator_action or "")
    *_, note = (json.loads(line) for line in world.store.evidence(head.id))
    assert (note["data"]["what"], note["data"]["snapshot"]) == ("record.restored", taken.name)


def kill_points() -> range:
    world = LosingWorld(CUSTOMER)
    world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    with TemporaryDirectory() as folder:
        taken = snapshot(world, shelf_in(Path(folder)))
        passed = len(world.crash.passed)
        lose_and_restore(world, shelf_in(Path(folder)), taken)
    return range(1, len(world.crash.passed) - passed + 1)


@pytest.mark.parametrize("point", some_of(kill_points()))
def test_a_restore_that_is_killed_goes_on_where_it_was(point: int, tmp_path: Path) -> None:
    world, request, taken = part_way(tmp_path)
    whole = copy_of(world, request)
    world.crash.at = len(world.crash.passed) + point
    report = lose_and_restore(world, shelf_in(tmp_path), taken)

    assert world.restarts == 1
    assert report.held + report.known == 1
    head = world.offboarding(request)
    assert is_held(head)
    restored = copy_of(world, request)
    assert restored[0] == whole[0], "holdings"
    assert restored[1][: len(whole[1])] == whole[1], "timeline"
    assert restored[2][: len(whole[2])] == whole[2], "evidence, nothing twice"
    assert len(restored[2]) == head.evidence.entries
    assert [entry.what for entry in restored[1][len(whole[1]) :]] == ["record.restored"]


def copy_of(world: World, request: str) -> tuple[object, list[TimelineEntry], list[str]]:
    store, identity = world.store, world.offboarding(request).id
    return dict(store.holdings(identity)), list(store.timeline(identity)), list(store.evidence(identity))


def test_what_is_half_restored_cannot_be_resumed(tmp_path: Path) -> None:
    world, request, taken = part_way(tmp_path)
    world.store = MemoryStore(world.crash)
    world.services = world._start()
    world.crash.at = len(world.crash.passed) + 6
    with pytest.raises(CrashError):
        Restore(world.services, shelf_in(tmp_path), OPERATOR).run(shelf_in(tmp_path).trusted(taken))
    head = world.offboarding(request)
    assert head.restored is not None
    assert not head.restored.whole
    before = world.store.evidence(head.id)
    with pytest.raises(HalfRestoredError):
        resume(head.id, OPERATOR, world.services)
    with pytest.raises(HalfRestoredError):
        withdraw(head.id, CalledOff(OPERATOR, "never mind"), world.services)
    stage = head.stage or Stage.PLAN
    world.bus.send([wake_up_message(head, stage, world.clock.now(), None)])
    world.run(for_at_most=timedelta(hours=1))
    assert world.offboarding(request) == head
    assert world.store.evidence(head.id) == before
    Restore(world.services, shelf_in(tmp_path), OPERATOR).run(shelf_in(tmp_path).trusted(taken))
    assert is_held(world.offboarding(request))


def test_only_an_empty_store_takes_a_snapshot_unless_it_is_told_to(tmp_path: Path) -> None:
    world, request, taken = part_way(tmp_path)
    before = world.offboarding(request)
    with pytest.raises(SnapshotError, match="--missing-only"):
        Restore(world.services, shelf_in(tmp_path), OPERATOR).run(shelf_in(tmp_path).trusted(taken))
    assert not world.services.brakes.read().brake.held
    report = Restore(world.services, shelf_in(tmp_path), OPERATOR, missing_only=True).run(
        shelf_in(tmp_path).trusted(taken)
    )
    assert (report.left, report.held) == (1, 0)
    assert world.offboarding(request) == before


def test_one_customer_has_one_offboarding_after_a_restore_too(tmp_path: Path) -> None:
    """A new request took the customer while the old one was lost; what is put back waits for its end."""
    world, request, taken = part_way(tmp_path)
    old = world.offboarding(request)
    world.store = MemoryStore(world.crash)
    world.services = world._start()
    newer = world.ask(CUSTOMER, requestId="newer")
    world.run(for_at_most=timedelta(hours=1))
    Restore(world.services, shelf_in(tmp_path), OPERATOR, missing_only=True).run(shelf_in(tmp_path).trusted(taken))
    release(world)
    world.run(for_at_most=timedelta(hours=2))
    assert not world.offboarding(newer).finished
    waits = next(item for item in world.all() if item.id == old.id)
    assert is_held(waits)
    assert world.offboarding(newer).id in (waits.reason or Reason(ReasonCode.REMOVED, "")).text
    world.run(for_at_most=FOREVER, looks=10)
    assert world.offboarding(newer).finished
    assert world.offboarding(request).finished
    check_effects(world)
