"""The evidence of whole offboardings: exported, signed, complete, whatever dies on the way.

That it tells what the tenant saw is asked of every world of every test, when it comes to rest (tests/conftest.py).
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.simulator.scenario.models import CustomerSpec
from local.world.archive import MemoryArchive
from local.world.crash import CrashPoints
from local.world.evidence import content
from local.world.world import World
from offboard.verify_evidence import BROKEN, UNSIGNED, VALID, main, read
from shared.adapters.evidence.file_signer import FileSigner
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.pace import Pace
from shared.operations.show import show_evidence
from shared.pipeline.core.export import export_evidence
from shared.ports.evidence import EvidenceExport
from shared.ports.store import Change, LiveElsewhere, Stored
from tests.functional.customers import legacy, removable, waiting
from tests.functional.sampling import some_of
from tests.functional.test_approval import APPROVER, asking, decide
from tests.functional.trouble import arm

LONG = timedelta(days=401)


def small() -> CustomerSpec:
    """One licence, and nothing else."""
    return CustomerSpec(name="Small Ltd", subscriptions=(legacy(),))


class Case:
    """A world that exports its evidence, with the key to trust."""

    def __init__(self, folder: Path, *customers: CustomerSpec, at: int | None = None) -> None:
        self.folder, crash = folder, CrashPoints(at)
        self.archive = MemoryArchive(crash)
        self._private = folder / "key.pem"
        export = EvidenceExport(FileSigner(self._private), self.archive)
        self.world = World(*customers, crash=crash, evidence=export)

    def verify(self, given: bytes, *options: str) -> int:
        path, key = self.folder / "e.jsonl", self.folder / "public.pem"
        path.write_bytes(given)
        private = load_pem_private_key(self._private.read_bytes(), None)
        key.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return main([str(path), "--key", str(key), *options])

    def exported(self, offboarding: Offboarding) -> bytes:
        return self.archive.versions[f"{offboarding.id}.evidence.jsonl"][-1]

    def shown(self, offboarding: Offboarding, **query: str) -> bytes:
        found = show_evidence(offboarding.id, query, self.world.services)
        assert found is not None
        return found


def entries_of(world: World, offboarding: Offboarding) -> list[dict[str, Any]]:
    return read(content(world, offboarding.id)).entries


def test_a_finished_one_is_exported_once_signed_and_shown_the_same(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := removable())
    request = case.world.ask(customer)
    case.world.run()
    head = case.world.offboarding(request)
    assert head.status is Status.REMOVED
    assert case.verify(case.exported(head)) == VALID
    assert case.shown(head) == case.exported(head)
    assert len(case.archive.versions[f"{head.id}.evidence.jsonl"]) == 1
    (tmp_path / "texts.jsonl").write_bytes(case.shown(head, part="texts"))
    assert case.verify(case.exported(head), "--texts", str(tmp_path / "texts.jsonl")) == VALID
    kinds = Counter(entry["kind"] for entry in entries_of(case.world, head))
    assert kinds["request"] == kinds["plan"] == kinds["outcome"] == 1
    assert kinds["intent"] == kinds["answer"] > 3
    assert {"observation", "verdict", "transition", "proof"} <= set(kinds)


def test_calls_that_run_beside_each_other_have_one_chain(tmp_path: Path) -> None:
    names = [f"Licence {number}" for number in range(12)]
    customer = CustomerSpec(name="Many Ltd", subscriptions=tuple(legacy(name) for name in names))
    world = World(customer, pace=Pace(parallel=4))
    request = world.ask(customer)
    world.run()
    head = world.offboarding(request)
    assert head.status is Status.REMOVED
    kinds = Counter(entry["kind"] for entry in entries_of(world, head))
    assert kinds["intent"] == kinds["answer"] == len(names) + 1


def test_a_write_whose_intent_cannot_be_stored_is_not_sent(tmp_path: Path) -> None:
    """Somebody else took the record between the stage's last write and its first call."""
    case = Case(tmp_path, customer := small())
    request, store = case.world.ask(customer), case.world.store
    commit = store.commit

    def taken(change: Change) -> Stored | LiveElsewhere:
        if [entry.kind for entry in change.evidence] == [EntryKind.INTENT]:
            store.commit = commit  # type: ignore[method-assign]
            found = store.load(change.offboarding.id)
            assert found is not None
            commit(Change(found.offboarding, found.etag))
            assert not [entry for entry in case.world.journal() if entry["method"] == "PATCH"]
        return commit(change)

    store.commit = taken  # type: ignore[method-assign]
    case.world.run(for_at_most=timedelta(minutes=1))
    assert not [entry for entry in case.world.journal() if entry["method"] == "PATCH"]
    case.world.run()
    assert case.world.offboarding(request).status is Status.REMOVED


def test_who_approved_is_named_beside_the_chain_and_by_id_in_it() -> None:
    world, request = asking()
    decide(world, request)
    entries = entries_of(world, world.offboarding(request))
    (approval,) = [entry for entry in entries if entry["kind"] == "approval"]
    plan = [entry for entry in entries if entry["kind"] == "plan"][-1]
    assert approval["data"]["planDigest"] == plan["data"]["planDigest"]
    assert (approval["actor"]["type"], approval["actor"]["id"]) == ("person", APPROVER.id)
    assert entries[approval["seq"]]["actor"] != approval["actor"], "every name has a salt of its own"
    asides = world.store.asides(world.offboarding(request).id)
    named = {(aside.field, aside.text) for aside in asides if aside.seq == approval["seq"]}
    assert named == {("actor.name", APPROVER.name), ("data.why", "looks right")}


def test_who_rejected_is_named_too() -> None:
    world, request = asking()
    decide(world, request, approves=False)
    entries = entries_of(world, world.offboarding(request))
    assert [entry["kind"] for entry in entries][-2:] == ["rejection", "outcome"]


def test_every_event_proves_a_prefix(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := removable())
    request = case.world.ask(customer)
    case.world.run()
    whole, told = case.exported(case.world.offboarding(request)), case.world.events(request)
    assert len(told) > 5
    for event in told:
        seen = event["data"]["evidence"]
        assert case.verify(whole, "--seen", f"{seen['entries']}:{seen['head']}") == VALID
    seen = told[0]["data"]["evidence"]
    assert case.verify(whole, "--seen", f"{seen['entries'] + 1}:{seen['head']}") == BROKEN


def test_while_it_goes_on_it_is_unsigned(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := waiting())
    request = case.world.ask(customer)
    case.world.run(for_at_most=timedelta(hours=2))
    head = case.world.offboarding(request)
    assert not head.finished
    assert case.archive.versions == {}
    FileSigner(tmp_path / "key.pem").sealed({})
    assert case.verify(case.shown(head)) == UNSIGNED


def test_whatever_ends_at_once_has_evidence_too(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := waiting(), other := small())
    case.world.ask(customer)
    case.world.run(for_at_most=timedelta(hours=2))
    case.world.ask(customer, requestId="joins")
    case.world.ask(customer, requestId="differs", commitments="stop_and_report")
    case.world.ask(other, requestId="dry", dryRun=True)
    case.world.drop(b"{}", message_id="unreadable")
    case.world.run(for_at_most=timedelta(hours=2))
    ended = [item for item in case.world.all() if item.finished]
    assert Counter(item.status for item in ended) == {Status.JOINED: 1, Status.REJECTED: 2, Status.PLANNED: 1}
    for head in ended:
        assert case.verify(case.exported(head)) == VALID
        assert [entry["kind"] for entry in entries_of(case.world, head)][-1] == "outcome"


def test_an_archive_that_is_down_gets_the_file_later(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := removable())
    request = case.world.ask(customer)
    case.archive.cut_off = True
    case.world.run(for_at_most=timedelta(days=1))
    head = case.world.offboarding(request)
    assert (head.status, case.archive.versions) == (Status.REMOVED, {})
    assert [event["type"] for event in case.world.events(request)][-1] == "offboarding.removed.v1"
    case.archive.cut_off = False
    case.world.run(for_at_most=timedelta(days=1))
    assert case.verify(case.exported(head)) == VALID


def test_what_is_owed_after_the_export_was_switched_off_is_forgotten(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := small())
    request = case.world.ask(customer, dryRun=True)
    case.archive.cut_off = True
    case.world.run(for_at_most=timedelta(days=1))
    case.world._evidence = None
    case.world.services = case.world._start()
    case.world.run(for_at_most=timedelta(days=1))
    head = case.world.offboarding(request)
    assert (head.status, case.archive.versions, list(case.world.store.outbox(head.id))) == (Status.PLANNED, {}, [])


def test_evidence_of_what_is_not_stored_cannot_be_exported(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="which is not stored"):
        export_evidence(Case(tmp_path, small()).world.services, "unknown")


def test_retention_deletes_the_texts_and_leaves_evidence_that_verifies(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := removable())
    request = case.world.ask(customer, reason="Ada Lovelace of Contoso wants it", approvalReference="board, G. Hopper")
    case.world.run()
    head, before = case.world.offboarding(request), case.exported(case.world.offboarding(request))
    assert b"Lovelace" in case.shown(head, part="texts")
    assert b"Hopper" in case.shown(head, part="texts")
    case.world.clock.advance(LONG)
    case.world.sweep()
    case.world.sweep()
    head = case.world.offboarding(request)
    assert head.request.reason == head.request.approval_reference == "(forgotten)"
    assert case.shown(head, part="texts") == b""
    after = case.exported(head)
    assert after.split(b"\n")[:-2] == [*before.split(b"\n")[:-2], after.split(b"\n")[-3]]
    last = entries_of(case.world, head)[-1]
    assert last["kind"] == "erasure"
    fields = ["data.customerDomain", "data.requestedBy", "data.reason", "data.approvalReference", "actor.name"]
    assert last["data"]["entries"] == [{"seq": 1, "fields": fields}]
    assert case.verify(after) == case.verify(before) == VALID
    assert case.shown(head) == after
    assert b"Lovelace" not in before
    assert b"Hopper" not in before


def test_nothing_is_deleted_before_the_evidence_that_says_so_is_kept(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := removable())
    request = case.world.ask(customer)
    case.world.run()
    case.archive.cut_off = True
    case.world.clock.advance(LONG)
    for _ in range(3):
        case.world.sweep()
    head = case.world.offboarding(request)
    assert head.request.reason != "(forgotten)"
    assert [entry["kind"] for entry in entries_of(case.world, head)].count("erasure") == 1
    case.archive.cut_off = False
    case.world.clock.advance(timedelta(hours=1))
    case.world.sweep()
    case.world.sweep()
    head = case.world.offboarding(request)
    assert head.request.reason == "(forgotten)"
    assert [entry["kind"] for entry in entries_of(case.world, head)].count("erasure") == 1
    assert case.verify(case.exported(head)) == VALID


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    case = Case(tmp_path_factory.mktemp("whole"), customer := small())
    case.world.ask(customer)
    case.world.run()
    return list(range(1, len(case.world.crash.passed) + 1))


@pytest.mark.long
def test_dying_anywhere_leaves_evidence_that_verifies(tmp_path: Path, points: list[int]) -> None:
    for point in some_of(points):
        folder = tmp_path / str(point)
        folder.mkdir()
        case = Case(folder, customer := small(), at=point)
        request = case.world.ask(customer)
        case.world.run()
        head = case.world.offboarding(request)
        assert head.status is Status.REMOVED, point
        assert case.verify(case.exported(head)) == VALID, point
        assert case.shown(head) == case.exported(head), point
        assert len(case.archive.versions[f"{head.id}.evidence.jsonl"]) == 1, point


@pytest.mark.long
def test_a_call_whose_answer_was_lost_is_closed_by_what_was_read_next(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := small())
    points = [number for number, name in enumerate(_passed(tmp_path, customer), 1) if name.startswith("after PATCH")]
    case.world.crash.at = points[0]
    request = case.world.ask(customer)
    case.world.run()
    entries = entries_of(case.world, case.world.offboarding(request))
    closing = [entry for entry in entries if "closes" in entry["data"]]
    assert len(closing) == 1
    (seq,) = closing[0]["data"]["closes"]
    assert entries[seq - 1]["kind"] == "intent"
    assert not [entry for entry in entries if entry["kind"] == "answer" and entry["data"]["intent"] == seq]


def test_a_call_without_an_answer_says_so(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := small())
    arm(case.world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/"}, "action": {"type": "dropAfter"}})
    request = case.world.ask(customer)
    case.world.run()
    entries = entries_of(case.world, case.world.offboarding(request))
    silent = [entry["data"] for entry in entries if entry["kind"] == "answer" and "none" in entry["data"]]
    assert [data["none"] for data in silent] == ["no answer; the effect is unknown"]


def _passed(folder: Path, customer: CustomerSpec) -> list[str]:
    (folder / "dry").mkdir()
    case = Case(folder / "dry", customer)
    case.world.ask(customer)
    case.world.run()
    return case.world.crash.passed


def test_one_byte_of_an_export_is_enough(tmp_path: Path) -> None:
    case = Case(tmp_path, customer := small())
    request = case.world.ask(customer, dryRun=True)
    case.world.run()
    whole = case.exported(case.world.offboarding(request))
    assert json.loads(whole.split(b"\n")[0])["kind"] == "request"
    assert case.verify(whole.replace(b'"dryRun":true', b'"dryRun":truf')) == BROKEN
