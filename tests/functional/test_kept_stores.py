"""What an earlier version left half done is finished by this one: removed, or called off, and nothing is done twice."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.adapters.stores.later import FORMAT
from shared.adapters.stores.sqlite import SqliteStore
from shared.console.fleet_table import fleet_csv
from shared.domain.codes import ReasonCode
from shared.domain.errors import NewerRecordError
from shared.domain.evidence.walk import walk
from shared.domain.offboarding.settled import PAYMENT_WORDS, Payment
from shared.domain.offboarding.states import Stage, Status
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, NotWithdrawableError, withdraw
from shared.ports.listing import Filter
from shared.snapshots.agree import disagreement
from shared.snapshots.lines import Copy
from shared.version import VERSION
from tests.data.stores import CUSTOMER, FOLDER, POINTS, Point, opened, reached
from tests.functional.checks import check_effects, check_removals, effects
from tests.functional.customers import legacy
from tests.functional.people import OPERATOR

NONE = "its evidence has no request"
FOREVER = timedelta(days=120)
VERSIONS = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name[0] != "_")

SAID = {
    "received": Payment.NOT_READ,
    "cancelling": Payment.UNTIL_DATE,
    "waiting": Payment.UNTIL_DATE,
    "confirming": Payment.NOTHING,
}
"""What is paid on at each point."""


class UpgradedWorld(World):
    """Its store was written by another version, of whose evidence the journal of this run knows nothing."""

    at_rest: ClassVar = []


def upgraded(version: str, point: Point, folder: Path) -> tuple[World, str]:
    """The tenant as it is at this point, and the store that the version left there; its messages are lost."""
    world = UpgradedWorld(CUSTOMER)
    request = reached(point, world)
    today = world.offboarding(request)
    store = SqliteStore(opened(FOLDER / version / f"{point.name}.sql", folder / "store.sqlite3"))
    world.store = store  # type: ignore[assignment]
    world.bus.queued.clear()
    world.services = world._start()
    before = world.offboarding(request)
    assert (before.id, before.status, before.stage) == (today.id, today.status, today.stage)
    assert set(store.holdings(before.id)) == set(world.store.holdings(before.id))
    return world, request


def test_the_stores_of_this_version_are_kept() -> None:
    assert VERSION in VERSIONS
    assert len(VERSIONS) > 1
    for version in VERSIONS:
        assert {file.stem for file in (FOLDER / version).glob("*.sql")} == {point.name for point in POINTS}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_began_is_removed(version: str, point: Point, tmp_path: Path) -> None:
    world, request = upgraded(version, point, tmp_path)
    world.run(for_at_most=FOREVER, looks=3)

    ended = world.offboarding(request)
    assert ended.status is Status.REMOVED, ended.reason
    assert ended.settled is not None
    assert sum(effect == "relationship.removed" for effect, _, _ in effects(world)) == 1
    check_effects(world)
    check_removals(world)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_began_is_called_off(version: str, point: Point, tmp_path: Path) -> None:
    world, request = upgraded(version, point, tmp_path)
    head = world.offboarding(request)
    said = CalledOff(OPERATOR, "the customer stays")
    if head.stage is Stage.CONFIRM:
        with pytest.raises(NotWithdrawableError):
            withdraw(head.id, said, world.services)
        return
    withdraw(head.id, said, world.services)
    world.run(for_at_most=FOREVER, looks=3)

    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN, ended.reason
    assert not any(effect == "relationship.removed" for effect, _, _ in effects(world))
    assert of(world, "subscription.suspended") == of(world, "subscription.reactivated")
    assert of(world, "entitlement.cancelled") == of(world, "entitlement.reactivated")
    # Nothing takes a cancellation back: it is told.
    bought = {f"subscription:{holding.split(':')[-1]}" for holding in of(world, "subscription.cancelled")}
    assert {item.key for item in ended.not_restored} == bought


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_stored_is_listed_with_what_it_kept(version: str, point: Point, tmp_path: Path) -> None:
    world, request = upgraded(version, point, tmp_path)
    head = world.offboarding(request)
    assert head.settled is None
    [row] = csv.DictReader(io.StringIO(fleet_csv({}, world.services).decode("utf-8-sig")))
    assert row["askedBy"] == ("" if version == "before-0.1.0" else "by queue, as tests"), "kept since 0.1.0"
    assert (row["approvedBy"], row["approvedAt"]) == ("", "")
    assert row["payment"] == PAYMENT_WORDS[SAID[point.name]]


def of(world: World, effect: str) -> set[str]:
    return {holding for name, _, holding in effects(world) if name == effect}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_stored_is_found_by_what_it_holds(version: str, point: Point, tmp_path: Path) -> None:
    """None of these files has an index of products; it is made when they are opened."""
    path = opened(FOLDER / version / f"{point.name}.sql", tmp_path / "store.sqlite3")
    with sqlite3.connect(path) as db:
        bodies = [json.loads(body)["holding"] for (body,) in db.execute("SELECT body FROM holdings")]
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'held'").fetchone()
    store = SqliteStore(path)
    every = {head.id for head in store.find(Filter()).items}
    assert bool(bodies) is (point.name != "received")
    for holding in bodies:
        for product in (holding["name"], holding["id"]):
            assert {head.id for head in store.find(Filter(product=product)).items} == every
    assert not store.find(Filter(product="Project Plan 3")).items
    store.close()


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_after_a_roll_back_it_goes_on_and_keeps_what_the_later_version_added(point: Point, tmp_path: Path) -> None:
    """The store of a later version, of the next minor format: fields that are not known here, in heads and holdings."""
    file = opened(FOLDER / VERSION / f"{point.name}.sql", tmp_path / "later.sqlite3")
    form = f"{FORMAT[0]}.{FORMAT[1] + 1}"
    with sqlite3.connect(file) as db:
        for table in ("offboardings", "holdings"):
            rows = db.execute(f"SELECT rowid, body FROM {table}").fetchall()  # noqa: S608
            for row, body in rows:
                later = json.loads(body) | {"format": form, "added": {"by": "the next version"}}
                db.execute(f"UPDATE {table} SET body = ? WHERE rowid = ?", (json.dumps(later), row))  # noqa: S608
    world = UpgradedWorld(CUSTOMER)
    request = reached(point, world)
    world.store = SqliteStore(file)  # type: ignore[assignment]
    seen = set(world.store.holdings(world.offboarding(request).id))
    world.bus.queued.clear()
    world.services = world._start()
    world.run(for_at_most=FOREVER, looks=3)

    assert world.offboarding(request).status is Status.REMOVED
    check_effects(world)
    with sqlite3.connect(file) as db:
        (head,) = [json.loads(body) for (body,) in db.execute("SELECT body FROM offboardings")]
        holdings = {key: json.loads(body) for key, body in db.execute("SELECT key, body FROM holdings")}
    assert (head["format"], head["added"], head["status"]) == (form, {"by": "the next version"}, "removed")
    assert all(holdings[key]["added"] == {"by": "the next version"} for key in seen)


def test_what_a_later_version_wrote_beyond_reading_is_left_alone_while_others_go_on(tmp_path: Path) -> None:
    file = opened(FOLDER / VERSION / "waiting.sql", tmp_path / "later.sqlite3")
    with sqlite3.connect(file) as db:
        (body,) = db.execute("SELECT body FROM offboardings").fetchone()
        later = json.dumps(json.loads(body) | {"format": f"{FORMAT[0] + 1}.0"})
        db.execute("UPDATE offboardings SET body = ?", (later,))
    other = CustomerSpec(name="Another", subscriptions=(legacy(),))
    world = UpgradedWorld(CUSTOMER, other)
    world.store = SqliteStore(file)  # type: ignore[assignment]
    world.services = world._start()
    request = world.ask(other)
    world.run(for_at_most=FOREVER, looks=3)

    assert world.offboarding(request).status is Status.REMOVED
    left = next(item for item in world.all() if item.request.request_id != request)
    assert left.reason is not None
    assert (left.status, left.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.NEWER_RECORD)
    with pytest.raises(NewerRecordError):
        resume(left.id, OPERATOR, world.services)
    with sqlite3.connect(file) as db:
        assert (later,) in db.execute("SELECT body FROM offboardings").fetchall()


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_began_agrees_with_its_evidence(version: str, point: Point, tmp_path: Path) -> None:
    """Else a restore would hold it for good."""
    store = SqliteStore(opened(FOLDER / version / f"{point.name}.sql", tmp_path / "store.sqlite3"))
    [head] = store.find(Filter()).items
    copy = Copy(head, evidence=list(store.evidence(head.id)), asides=list(store.asides(head.id)))
    walked = walk(head.id, copy.evidence)
    assert disagreement(copy, walked, None, signed=True) == ""
    # Before 0.1.0 no evidence was kept, and then only a signature speaks for the record.
    assert disagreement(copy, walked, None, signed=False) == (NONE if version == "before-0.1.0" else "")
