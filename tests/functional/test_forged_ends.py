"""That an offboarding has ended is believed where a trusted key signed it, in the snapshot or in what was exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.world.crash import CrashError
from offboard.verify_evidence import read
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.settled import Payment, Refunds, Settled
from shared.domain.policy import Restriction
from shared.operations.reschedule import NewSchedule, reschedule
from shared.pipeline.core.export import evidence_file
from shared.ports.evidence import EvidenceExport
from shared.report.period import period
from shared.snapshots import put_back
from shared.snapshots.put_back import Report, Restore
from shared.upkeep.retention import forget_expired
from tests.functional.forged import CUSTOMER, FOREVER, ended, goes_on_as_usual, held_as
from tests.functional.forging import Forgery, Line, forged, head_in, unsigned, with_head
from tests.functional.people import OPERATOR
from tests.functional.restored import LosingWorld, lose_and_restore, shelf_in, snapshot


def test_what_has_ended_and_was_signed_has_ended_in_an_unsigned_snapshot_too(tmp_path: Path) -> None:
    world, request, taken = ended(tmp_path)
    before = world.offboarding(request)
    unsigned(tmp_path, taken)
    report = lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert (report.finished, report.differs) == (1, [])
    assert replace(world.offboarding(request), restored=None) == replace(before, settled=Settled(Payment.NOT_READ))


@pytest.mark.long
def test_no_money_is_believed_that_no_evidence_has(tmp_path: Path) -> None:
    """How it ended was signed; dates and amounts were not, and stand in the totals of a month."""
    world, request, taken = ended(tmp_path)
    money = [{"amount": "1000000.00", "currency": "USD"}]
    refunds = {"returns": 1, "untold": 0, "expected": money, "confirmed": money}
    settled = {"payment": "nothing", "until": None, "refunds": refunds}
    forged(shelf_in(tmp_path), taken, with_head(settled=settled))
    unsigned(tmp_path, taken)
    assert lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True).finished == 1
    head = world.offboarding(request)
    assert head.settled == Settled(Payment.NOT_READ)
    assert period(f"{head.updated_at:%Y-%m}", world.services).refunds == Refunds()


def test_what_retention_took_away_is_no_difference(tmp_path: Path) -> None:
    """Texts and salts are gone, and the evidence was signed once more: both before and after, and of an old start."""
    world, request, _ = ended(tmp_path)
    world.clock.advance(timedelta(days=500))
    assert forget_expired(world.services) == 1
    before = world.offboarding(request)
    assert before.erased
    taken = snapshot(world, shelf_in(tmp_path))
    unsigned(tmp_path, taken)
    report = lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert (report.finished, report.differs) == (1, [])
    assert replace(world.offboarding(request), restored=None) == replace(before, settled=Settled(Payment.NOT_READ))


def test_a_start_that_was_moved_is_no_difference_and_one_that_was_not_is(tmp_path: Path) -> None:
    world = LosingWorld(CUSTOMER)
    start = world.clock.now() + timedelta(days=30)
    request = world.ask(CUSTOMER, notBefore=start.isoformat())
    world.run(for_at_most=timedelta(hours=1))
    restrictions = frozenset({Restriction.LEAVE_GDAP})
    identity = world.offboarding(request).id
    reschedule(identity, NewSchedule(start + timedelta(days=9), restrictions, OPERATOR, "later"), world.services)
    world.run(for_at_most=timedelta(hours=1))
    taken = snapshot(world, shelf_in(tmp_path))
    assert lose_and_restore(world, shelf_in(tmp_path), taken).held == 1
    # The old start, as it was asked for, with all that was agreed for the new one.
    forged(shelf_in(tmp_path), taken, old_start(start.isoformat()))
    unsigned(tmp_path, taken)
    lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert "another notBefore" in held_as(world.offboarding(request), ReasonCode.RECORD_DIFFERS)


def old_start(start: str) -> Forgery:
    def forgery(lines: list[Line]) -> list[Line]:
        head_in(lines)["request"]["not_before"] = start
        return lines

    return forgery


UNPROVEN: dict[str, tuple[Forgery, str]] = {
    "no signature": (with_head(seal=None), "nobody signed that it has ended as removed"),
    "a signature of another end": (
        lambda lines: (head_in(lines)["seal"].update(head="0" * 64), lines)[1],
        "the signature at its end is one of other evidence",
    ),
    "a signature that was changed": (
        lambda lines: (head_in(lines)["seal"].update(line="{}"), lines)[1],
        "its signature cannot be read",
    ),
}


@pytest.mark.parametrize("name", UNPROVEN)
def test_an_end_that_nobody_signed_is_not_believed(name: str, tmp_path: Path) -> None:
    forgery, why = UNPROVEN[name]
    world, request, taken = ended(tmp_path)
    calls = len(world.journal())
    forged(shelf_in(tmp_path), taken, forgery)
    unsigned(tmp_path, taken)
    lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert why in held_as(world.offboarding(request), ReasonCode.RECORD_DIFFERS)
    goes_on_as_usual(world)
    assert len(world.journal()) == calls


def test_the_exported_evidence_proves_an_end_that_the_snapshot_does_not(tmp_path: Path) -> None:
    world, request, taken = ended(tmp_path)
    before = world.offboarding(request)
    forged(shelf_in(tmp_path), taken, with_head(seal=None))
    unsigned(tmp_path, taken)
    archive = FolderShelf(tmp_path / "evidence")
    report = lose_and_restore(world, shelf_in(tmp_path), taken, archive, accept_unsigned=True)
    after = world.offboarding(request)
    assert (report.ended, after.status, after.seal) == (1, before.status, before.seal)


def resigned(lines: list[str], key: Path, **fields: Any) -> list[str]:
    told = {name: value for name, value in json.loads(lines[-1])["manifest"].items() if name != "keyId"}
    return [*lines[:-1], FileSigner(key).sealed({**told, **fields})]


EXPORTS: dict[str, tuple[Callable[[list[str], Path], list[str]], str]] = {
    "of something else": (
        lambda _, __: ['{"seq": 1}', '{"manifest": {}}'],
        "does not go on from what the snapshot has",
    ),
    "changed later on": (
        lambda lines, _: [*lines[:-2], lines[-2].replace("removed", "stopped"), lines[-1]],
        "was changed: its hash does not fit",
    ),
    "signed by somebody else": (lambda lines, folder: resigned(lines, folder / "forgers.pem"), "is not known here"),
    "not signed": (lambda lines, _: [*lines[:-1], "{}"], "its signature cannot be read"),
    "signed for another end": (
        lambda lines, folder: resigned(lines, folder / "key.pem", outcome="stopped"),
        "one of other evidence",
    ),
    "cut off before its end": (
        lambda lines, _: [*lines[:-2], lines[-1]],
        "has no outcome that is known here",
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exported_evidence_that_cannot_be_believed_is_told(name: str, tmp_path: Path) -> None:
    change, why = EXPORTS[name]
    export = EvidenceExport(FileSigner(tmp_path / "key.pem"), FolderArchive(tmp_path / "evidence"))
    world = LosingWorld(CUSTOMER, evidence=export)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    taken = snapshot(world, shelf_in(tmp_path))
    world.run(for_at_most=FOREVER, looks=3)
    calls = len(world.journal())
    file = tmp_path / "evidence" / f"{world.offboarding(request).id}.evidence.jsonl"
    file.write_text("".join(f"{line}\n" for line in change(file.read_text().splitlines(), tmp_path)))
    lose_and_restore(world, shelf_in(tmp_path), taken, FolderShelf(tmp_path / "evidence"))
    assert why in held_as(world.offboarding(request), ReasonCode.RECORD_DIFFERS)
    goes_on_as_usual(world)
    assert len(world.journal()) == calls


def _dies(*_: object) -> None:
    raise CrashError("before the last write")


@pytest.mark.parametrize("known", ["no key", "another key"])
def test_a_key_that_is_missing_for_the_exported_evidence_is_told(
    known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a second run of a restore that was killed, which knows less than the first, breaks no chain."""
    export = EvidenceExport(FileSigner(tmp_path / "key.pem"), FolderArchive(tmp_path / "evidence"))
    world = LosingWorld(CUSTOMER, evidence=export)
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=1))
    shelf = shelf_in(tmp_path)
    taken = snapshot(world, shelf)
    world.run(for_at_most=FOREVER, looks=3)
    lost, archive = world.offboarding(request), FolderShelf(tmp_path / "evidence")
    world.store = type(world.store)(world.crash)
    world.services = world._start()
    monkeypatch.setattr(put_back, "ended", _dies)
    with pytest.raises(CrashError):
        Restore(world.services, shelf, OPERATOR, archive, seals=shelf.seals).run(shelf.trusted(taken))
    monkeypatch.undo()
    assert len(world.store.evidence(lost.id)) == lost.evidence.entries

    seals = None if known == "no key" else shelf_in(tmp_path / "elsewhere").seals
    report: Report = Restore(world.services, shelf, OPERATOR, archive, seals=seals).run(shelf.trusted(taken))
    assert report.differs == [lost.id]
    head = world.offboarding(request)
    assert "known here" in held_as(head, ReasonCode.RECORD_DIFFERS)
    assert len(read(evidence_file(world.store, head)).entries) == lost.evidence.entries + 1
