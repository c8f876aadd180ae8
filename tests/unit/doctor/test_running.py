"""What only the running app is asked: mode, policy, sweeper, backlog, and when the sign-in was renewed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.composition.doctor import running
from shared.composition.doctor.checks import run_checks
from shared.composition.doctor.look import look
from shared.composition.doctor.probe import Finding, Probe
from shared.composition.settings.snapshots import SnapshotSettings
from shared.domain.brake import Ceilings
from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.domain.offboarding.states import Status
from shared.domain.policy import Mode
from shared.snapshots.take import take_snapshot
from shared.upkeep.rounds import ROW, last_round, sweep_round
from tests.unit.doctor.patient import Patient
from tests.unit.support.heads import head_of, keep

LATE = timedelta(minutes=30)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def probe_of(world: World, **settings: Any) -> Probe:
    probe = replace(Patient().probe(), store=world.services.store, machine=world.clock.machine, now=world.clock.now)
    return replace(probe, settings=replace(probe.settings, **settings))


def look_at(probe: Probe, name: str) -> Finding:
    probe.passed.add("store")
    [check] = [check for check in running.RUNNING if check.name == name]
    return run_checks([check], probe)[0]


@pytest.mark.parametrize(("mode", "word"), [(Mode.PLAN, "nothing is written"), (Mode.LIVE, "carried out")])
def test_the_mode_is_said(mode: Mode, word: str) -> None:
    probe = probe_of(World(), mode=mode)
    assert word in look_at(probe, "mode").good
    assert probe.told["mode"] == mode.value


def test_the_policy_is_said_whole() -> None:
    probe = probe_of(World())
    text = look_at(probe, "policy").good
    told = probe.told["policy"]
    assert isinstance(told, dict)
    assert {"strict_nce", "terminate_gdap", "indirect", "grace_seconds"} <= set(told)
    assert f"strict_nce {'yes' if told['strict_nce'] else 'no'}, " in text
    assert text.endswith(f"grace {told['grace_seconds']} s")


def test_the_ceilings_are_said_because_a_misspelt_one_is_none() -> None:
    probe = probe_of(World(), ceilings=Ceilings(removals=1))
    text = look_at(probe, "policy").good
    assert "removals an hour 1, irreversible writes an hour no limit, " in text
    told = probe.told["policy"]
    assert isinstance(told, dict)
    assert (told["removals_per_hour"], told["irreversible_writes_per_hour"]) == (1, None)


# The sweeper.


@pytest.mark.parametrize(("ago", "fine"), [(timedelta(0), True), (LATE, True), (LATE + SECOND, False)])
def test_a_round_is_noted_and_an_old_one_is_a_warning(ago: timedelta, fine: bool) -> None:
    world = World()
    sweep_round(world.services)
    ended = world.clock.machine()
    world.clock.pass_machine(ago)
    probe = probe_of(world)
    found = look_at(probe, "sweeper")
    assert (found.warnings == ()) is fine
    assert found.ok
    assert probe.told["lastSweep"] == ended.isoformat()


def fresh(process: timedelta | None, oldest: timedelta | None) -> Probe:
    """A deployment without a round: its process, and its oldest offboarding, are so old."""
    world = World()
    for age in [oldest, timedelta(0)] if oldest is not None else []:
        created = world.clock.now() - age
        keep(world, head_of(Status.REMOVED, id=f"o-{age.total_seconds():.0f}", created_at=created, updated_at=created))
    return replace(probe_of(world), began=world.clock.machine() - process if process is not None else None)


@pytest.mark.parametrize("process", [None, timedelta(0), LATE])
@pytest.mark.parametrize("oldest", [None, timedelta(minutes=1), LATE])
def test_a_deployment_that_is_minutes_old_is_told_and_not_warned_of(
    process: timedelta | None, oldest: timedelta | None
) -> None:
    probe = fresh(process, oldest)
    found = look_at(probe, "sweeper")
    assert (found.warnings, found.problems) == ((), ())
    assert found.good.startswith("no round yet")
    assert probe.told["lastSweep"] is None


@pytest.mark.parametrize(
    ("process", "oldest"), [(LATE + SECOND, None), (None, LATE + SECOND), (timedelta(0), LATE + SECOND)]
)
def test_a_first_round_that_is_overdue_is_a_warning(process: timedelta | None, oldest: timedelta | None) -> None:
    [warning] = look_at(fresh(process, oldest), "sweeper").warnings
    assert warning.cause == "No round was ever noted"
    assert "OFFBOARDING_SWEEP_SCHEDULE" in warning.action


@pytest.mark.parametrize(("ago", "fine"), [(timedelta(0), True), (2 * DAY, True), (2 * DAY + SECOND, False)])
def test_an_old_snapshot_is_a_warning(ago: timedelta, fine: bool, tmp_path: Path) -> None:
    world = World()
    take_snapshot(world.store, FolderShelf(tmp_path), world.clock)
    taken = world.clock.machine()
    world.clock.pass_machine(ago)
    probe = probe_of(world, snapshots=SnapshotSettings("", tmp_path))
    found = look_at(probe, "snapshots")
    assert (found.warnings == ()) is fine
    assert found.ok
    assert probe.told["lastSnapshot"] == taken.isoformat()
    if not fine:
        assert "take_snapshot" in found.warnings[0].action


def test_without_a_place_for_snapshots_there_is_a_warning() -> None:
    [warning] = look_at(probe_of(World(), snapshots=SnapshotSettings("", None)), "snapshots").warnings
    assert warning.cause == "No place for snapshots is set"


@pytest.mark.parametrize(("oldest", "told"), [(None, False), (2 * DAY, False), (2 * DAY + SECOND, True)])
def test_a_first_snapshot_is_waited_for(oldest: timedelta | None, told: bool, tmp_path: Path) -> None:
    probe = fresh(None, oldest)
    probe = replace(probe, settings=replace(probe.settings, snapshots=SnapshotSettings("", tmp_path)))
    found = look_at(probe, "snapshots")
    assert [warning.cause for warning in found.warnings] == ["None was ever taken"] * told
    assert found.good.startswith("none yet") is not told


def test_each_round_moves_the_note() -> None:
    world = World()
    for _ in range(3):
        world.clock.pass_machine(LATE)
        sweep_round(world.services)
        assert last_round(world.services.store) == world.clock.machine()


@pytest.mark.parametrize("error", [ConcurrencyConflictError("newer"), UnavailableError("gone", service="store")])
def test_a_note_that_cannot_be_written_fails_no_round(error: Exception, mocker: MockerFixture) -> None:
    world = World()
    mocker.patch.object(world.services.store, "put_shared_row", side_effect=error)
    sweep_round(world.services)
    assert last_round(world.services.store) is None


def test_a_note_that_nobody_can_read_is_none() -> None:
    world = World()
    world.services.store.put_shared_row(ROW, "yesterday", None)
    assert last_round(world.services.store) is None


def test_a_round_that_dies_is_not_noted(mocker: MockerFixture) -> None:
    world = World()
    mocker.patch.object(world.services.store, "due", side_effect=UnavailableError("gone", service="store"))
    with pytest.raises(UnavailableError):
        sweep_round(world.services)
    assert last_round(world.services.store) is None


# The backlog.


def late(by: timedelta, count: int = 1) -> tuple[World, Probe]:
    world = World()
    due = world.clock.now() - by
    for number in range(count):
        keep(world, head_of(Status.WAITING, id=f"o-{number}", next_attempt_at=due, updated_at=due))
    return world, probe_of(world)


def test_nothing_is_late() -> None:
    _, probe = late(timedelta(minutes=1))
    assert look_at(probe, "backlog").good == "no offboarding is late"
    assert probe.told["backlog"] == {"late": 0, "oldest": None}


@pytest.mark.parametrize(("by", "warned"), [(timedelta(minutes=6), False), (LATE, False), (LATE + SECOND, True)])
def test_what_is_late_is_told_with_the_oldest(by: timedelta, warned: bool) -> None:
    world, probe = late(by, 2)
    found = look_at(probe, "backlog")
    assert bool(found.warnings) is warned
    text = found.warnings[0].cause if warned else found.good
    assert text.startswith("2 offboardings late, the oldest since ")
    assert probe.told["backlog"] == {"late": 2, "oldest": (world.clock.now() - by).isoformat()}


def test_no_more_than_a_hundred_are_counted() -> None:
    _, probe = late(timedelta(days=1), 101)
    [warning] = look_at(probe, "backlog").warnings
    assert warning.cause.startswith("At least 100 offboardings late")


def test_what_went_on_meanwhile_has_no_date(mocker: MockerFixture) -> None:
    _, probe = late(timedelta(days=1))
    mocker.patch.object(probe.store, "load", return_value=None)
    assert look_at(probe, "backlog").good == "1 offboarding late"


# All of it.


def test_the_answer_tells_programs_what_the_checks_saw() -> None:
    patient = Patient()
    stored = patient.clock.machine()
    patient.clock.pass_machine(timedelta(days=3))
    answer = json.loads(look(patient.probe, patient.clock.monotonic))
    assert {"mode", "policy", "backlog", "deadLetters", "lastRenewal"} <= set(answer)
    assert not {"lastSweep", "lastSnapshot"} & set(answer)  # there was none
    assert datetime.fromisoformat(answer["lastRenewal"]) == stored.replace(microsecond=0)
    assert [check["check"] for check in answer["checks"]][-len(running.RUNNING) :] == [
        check.name for check in running.RUNNING
    ]
