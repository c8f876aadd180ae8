"""Whoever can write to the place of the snapshots and has no key makes no restored record act.

A person does after each restore what they would do after any other: releases the kill switch, and resumes everything
that asks for it. The simulator's journal is the oracle: nothing was written, not even to put something back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from local.world.world import World
from offboard.verify_evidence import read
from shared.domain.codes import ReasonCode
from shared.domain.evidence.chain import ChainHead
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.operations.approve import Decision, decide_plan
from shared.operations.carry_out import DiffersError
from shared.operations.reschedule import NewSchedule, reschedule
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, withdraw
from shared.pipeline.core.export import evidence_file
from shared.snapshots.manifest import FILE, Manifest, SnapshotError
from shared.snapshots.put_back import Restore
from shared.snapshots.signed import SEAL, open_snapshot
from tests.functional.checks import effects
from tests.functional.forged import approved, ended, goes_on_as_usual, held_as, unattended
from tests.functional.forgeries import (
    and_unapproved,
    changed_entry,
    more_steps,
    moved,
    no_approval,
    no_evidence,
    no_request,
    other_approver,
    other_customer,
    other_domain,
    other_name,
    other_plan,
    other_plans,
    other_request,
    other_text,
    rejected,
    shortened,
    wider,
)
from tests.functional.forging import Forgery, Line, forged, rewritten, signed_by_forger, unsigned, with_head
from tests.functional.people import OPERATOR, OTHER
from tests.functional.restored import lose_and_restore, shelf_in, snapshot
from tests.functional.sampling import some_of

DIFFERENT: dict[str, tuple[Forgery, str]] = {
    "an approval by somebody else": (other_approver, "approval by somebody else"),
    "an approval of more steps": (more_steps, "approval of other steps"),
    "an approval of another plan": (other_plan, "approval of another plan"),
    "an approval that nobody gave": (rewritten(no_approval), "has no approval, and the record has one"),
    "a rejection left out": (and_unapproved(rewritten(rejected)), "evidence has a rejection"),
    "another customer": (other_customer, "about another customer"),
    "another request": (other_request, "another customerTenantId"),
    "another domain": (other_domain, "another customerDomain"),
    "another company": (other_name, "another customerCompanyName"),
    "another scope": (wider, "another commitments"),
    "a reseller that was asked for": (
        rewritten(lambda entries: [{**entries[0], "data": entries[0]["data"] | {"resellerMpnId": "1"}}, *entries[1:]]),
        "evidence has resellerMpnId, and the record has not",
    ),
    "another id": (moved, "entry 1 belongs to another offboarding"),
    "the last entries dropped": (shortened, "the record with another entry"),
    "no evidence": (no_evidence, "has no request"),
    "no request": (rewritten(no_request), "has no request"),
    "a byte in an entry": (changed_entry, "entry 3 was changed"),
    "a text beside it": (other_text, "a personal text is not the one"),
    "removed already": (with_head(status="removed", stage=None), "has not ended, and the record says removed"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_does_not_agree_with_its_evidence_never_acts(name: str, tmp_path: Path) -> None:
    """Taken unsigned, so that nothing but the record's own evidence speaks against it."""
    forgery, why = DIFFERENT[name]
    world, _, taken = approved(tmp_path)
    before, calls = Counter(effects(world)), len(world.journal())
    forged(shelf_in(tmp_path), taken, forgery)
    unsigned(tmp_path, taken)

    report = lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    [head] = world.all()
    assert report.differs == [head.id]
    assert why in held_as(head, ReasonCode.RECORD_DIFFERS)
    goes_on_as_usual(world)

    [head] = world.all()
    assert why in held_as(head, ReasonCode.RECORD_DIFFERS), "months later, too"
    assert (Counter(effects(world)), len(world.journal())) == (before, calls), "not even a read"
    nobody_can_let_it_go_on(world, head)
    it_can_be_called_off(world, head)
    assert (Counter(effects(world)), len(world.journal())) == (before, calls), "and nothing is put back"
    # What is left of the chain is whole, says where it comes from, and can be signed.
    [head] = world.all()
    found = read(evidence_file(world.store, head))
    [note] = [entry["data"] for entry in found.entries if entry["data"].get("what") == "record.restored"]
    assert note["provenance"] == "differs"
    assert why in note["found"]


def nobody_can_let_it_go_on(world: World, head: Offboarding) -> None:
    words: list[Callable[[], Any]] = [
        lambda: resume(head.id, OPERATOR, world.services),
        lambda: resume(head.id, OPERATOR, world.services, ReasonCode.RECORD_DIFFERS, why="I know"),
        lambda: decide_plan(head.id, Decision(True, "0" * 64, OTHER, "yes"), world.services),
        lambda: reschedule(head.id, NewSchedule(None, frozenset(), OPERATOR, "now"), world.services),
    ]
    for word in words:
        with pytest.raises(DiffersError) as caught:
            word()
        assert "Then withdraw it" in caught.value.operator_action
    assert world.store.load(head.id) is not None


def it_can_be_called_off(world: World, head: Offboarding) -> None:
    after = withdraw(head.id, CalledOff(OPERATOR, "forged"), world.services)
    assert after is not None
    assert after.status is Status.WITHDRAWN
    assert after.reason is not None
    assert "nothing was put back, because the restored record does not agree" in after.reason.text
    world.run(for_at_most=timedelta(days=2))


def test_a_removal_or_a_withdrawal_that_is_only_claimed_can_be_called_off(tmp_path: Path) -> None:
    """Else a forged record could neither go on nor end."""
    world, request, taken = approved(tmp_path)
    by = {"type": "person", "id": "x", "name": "x"}
    claims = {
        "removal": {"n": 1, "request_id": "r", "intended_at": "2026-01-01T00:00:00Z", "state": "intended"},
        "withdrawal": {"by": by, "why": "", "at": "2999-01-01T00:00:00Z"},
    }
    forged(shelf_in(tmp_path), taken, lambda lines: other_customer(with_head(**claims)(lines)))
    unsigned(tmp_path, taken)
    lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    head = world.offboarding(request)
    assert head.removal is not None
    it_can_be_called_off(world, head)


SWAPPED: dict[str, Forgery] = {
    "as it was": lambda lines: lines,
    "the word is said already": with_head(words=["record_unsigned", "record_restored", "record_differs"]),
    "called off in the future": with_head(
        withdrawal={"by": {"type": "person", "id": "x", "name": "x"}, "why": "", "at": "2999-01-01T00:00:00Z"}
    ),
    "planned anew, and hashed": rewritten(other_plans),
    "restored before, and let go on": with_head(
        words=["record_restored"],
        restored={
            "snapshot": "s",
            "taken_at": "2026-01-01T00:00:00Z",
            "at": "2026-01-01T00:00:00Z",
            "whole": True,
            "found": "",
            "provenance": "signed",
        },
    ),
}


@pytest.mark.parametrize("start", [approved, unattended])
@pytest.mark.parametrize("name", SWAPPED)
def test_what_nobody_signed_waits_for_a_word_of_its_own(
    name: str, start: Callable[[Path], tuple[World, str, Manifest]], tmp_path: Path
) -> None:
    """Evidence included, all of it can be made to agree: then only the signature is missing."""
    world, request, taken = start(tmp_path)
    before, calls = Counter(effects(world)), len(world.journal())
    forged(shelf_in(tmp_path), taken, SWAPPED[name])
    unsigned(tmp_path, taken)
    report = lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert (report.held, report.differs) == (1, [])
    goes_on_as_usual(world)
    assert "Nobody signed the snapshot" in held_as(world.offboarding(request), ReasonCode.RECORD_UNSIGNED)
    assert (Counter(effects(world)), len(world.journal())) == (before, calls)
    assert world.offboarding(request).approval is None

    resume(world.offboarding(request).id, OPERATOR, world.services, ReasonCode.RECORD_UNSIGNED, why="compared")
    world.run(for_at_most=timedelta(hours=2))
    assert len(world.journal()) > calls, "a person can let it go on"


def test_what_is_owed_by_an_unsigned_record_is_told_to_nobody(tmp_path: Path) -> None:
    """An event that says that a customer was removed is worth forging, too."""
    world, _, taken = unattended(tmp_path)

    def lying(lines: list[Line]) -> list[Line]:
        of = next(line["of"] for line in lines if line["is"] == "offboarding")
        meta = {"id": "lie", "destination": Destination.EVENTS.value, "created_at": "2026-01-01T00:00:00Z"}
        value = {"meta": meta, "body": "e30="}
        shared = {"is": "shared", "of": "ceiling-removals", "value": "nonsense"}
        return [*lines, {"is": "message", "of": of, "value": value}, shared]

    forged(shelf_in(tmp_path), taken, lying)
    unsigned(tmp_path, taken)
    lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    [head] = world.all()
    assert "lie" not in {message.id for message in world.store.outbox(head.id)}
    assert world.store.shared_row("ceiling-removals") is None


def test_one_that_was_begun_before_evidence_was_kept_waits_with_a_remark(tmp_path: Path) -> None:
    """A signed snapshot speaks for it; an unsigned one does not ("no evidence", above)."""
    world, request, _ = unattended(tmp_path)
    row = world.store._rows[world.offboarding(request).id]
    row.head, row.evidence[:] = replace(row.head, evidence=ChainHead()), []
    taken = snapshot(world, shelf_in(tmp_path))
    assert lose_and_restore(world, shelf_in(tmp_path), taken).held == 1
    text = held_as(world.offboarding(request), ReasonCode.RECORD_RESTORED)
    assert "its evidence has no request: it was begun before evidence was kept" in text


@pytest.mark.parametrize("start", [approved, ended])
def test_a_forged_snapshot_is_refused_before_anything_is_changed(
    start: Callable[[Path], tuple[World, str, Manifest]], tmp_path: Path
) -> None:
    world, _, taken = start(tmp_path)
    shelf = shelf_in(tmp_path)
    content = forged(shelf, taken, other_customer)
    for accept in (False, True):
        with pytest.raises(SnapshotError, match=r"forged or damaged: .* is not what was signed"):
            open_snapshot(shelf, taken.name, shelf.seals, accept_unsigned=accept)
    signed_by_forger(shelf, taken, content, tmp_path / "forgers.pem")
    with pytest.raises(SnapshotError, match=r"a key that is not known here; --key .*--accept-unsigned"):
        open_snapshot(shelf, taken.name, shelf.seals)
    unsigned(tmp_path, taken)
    with pytest.raises(SnapshotError, match="it is not signed; whoever can write"):
        open_snapshot(shelf, taken.name, shelf.seals)
    assert not world.services.brakes.read().brake.held


def test_files_of_another_snapshot_are_not_this_ones(tmp_path: Path) -> None:
    """Both were signed, and each signature is of its own."""
    world, _, older = unattended(tmp_path)
    shelf = shelf_in(tmp_path)
    world.run(for_at_most=timedelta(days=20))
    newer = snapshot(world, shelf)
    kept = {name: shelf.get(name) or b"" for name in shelf.names()}
    shelf.put(newer.parts[0].name, kept[older.parts[0].name])
    with pytest.raises(SnapshotError, match="is not what was written"):
        Restore(world.services, shelf, OPERATOR, seals=shelf.seals, missing_only=True).run(shelf.trusted(newer))
    # The older one whole, in the place of the newer: nothing says then that it is older.
    shelf.put(f"{newer.name}/{FILE}", kept[f"{older.name}/{FILE}"])
    shelf.put(f"{newer.name}/{SEAL}", kept[f"{older.name}/{SEAL}"])
    with pytest.raises(SnapshotError, match="the manifest of another snapshot"):
        open_snapshot(shelf, newer.name, shelf.seals)
    # Under its own name it says how old it is, and what it knows waits for a person, approved or not.
    shelf.put(f"{newer.name}/{FILE}", kept[f"{newer.name}/{FILE}"])
    with pytest.raises(SnapshotError, match="is not what was signed"):
        open_snapshot(shelf, newer.name, shelf.seals)
    assert open_snapshot(shelf, older.name, shelf.seals).manifest.taken_at == older.taken_at < newer.taken_at


@pytest.mark.long
def test_an_older_snapshot_lets_nothing_act_that_was_called_off_since(tmp_path: Path) -> None:
    """It is genuine, so it is taken; what it approves counts no more, and what has ended since has ended."""
    world, request, taken = approved(tmp_path)
    before = Counter(effects(world))
    lose_and_restore(world, shelf_in(tmp_path), taken)
    goes_on_as_usual(world)
    assert world.offboarding(request).status is Status.AWAITING_APPROVAL
    assert Counter(effects(world)) == before


def test_what_was_forged_in_the_store_differs_in_a_signed_snapshot_too(tmp_path: Path) -> None:
    """Whoever may write the tables has the pipeline sign it with the next snapshot."""
    world, request, _ = approved(tmp_path)
    row = world.store._rows[world.offboarding(request).id]
    assert row.head.approval is not None
    row.head = replace(row.head, approval=replace(row.head.approval, by=OPERATOR))
    taken = snapshot(world, shelf_in(tmp_path))
    assert lose_and_restore(world, shelf_in(tmp_path), taken).differs == [row.head.id]
    assert "by somebody else" in held_as(world.offboarding(request), ReasonCode.RECORD_DIFFERS)


def kill_points() -> range:
    with TemporaryDirectory() as folder:
        world, _, taken = forged_one(Path(folder))
        passed = len(world.crash.passed)
        lose_and_restore(world, shelf_in(Path(folder)), taken, accept_unsigned=True)
    return range(1, len(world.crash.passed) - passed + 1)


def forged_one(folder: Path) -> tuple[World, str, Manifest]:
    world, request, taken = approved(folder)
    forged(shelf_in(folder), taken, shortened)
    unsigned(folder, taken)
    return world, request, taken


@pytest.mark.long
@pytest.mark.parametrize("point", some_of(kill_points()))
def test_a_restore_of_what_differs_that_is_killed_goes_on_where_it_was(point: int, tmp_path: Path) -> None:
    world, request, taken = forged_one(tmp_path)
    calls = len(world.journal())
    world.crash.at = len(world.crash.passed) + point
    report = lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert world.restarts == 1
    assert len(report.differs) + report.known == 1
    head = world.offboarding(request)
    held_as(head, ReasonCode.RECORD_DIFFERS)
    found = read(evidence_file(world.store, head))
    assert [entry["data"].get("what") for entry in found.entries].count("record.restored") == 1
    assert len(found.entries) == head.evidence.entries
    goes_on_as_usual(world)
    assert len(world.journal()) == calls
    held_as(world.offboarding(request), ReasonCode.RECORD_DIFFERS)
