"""What people are said to have said in a record that nobody signed counts no more, and no word of theirs writes what a
forger wrote. The simulator's journal is the oracle."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Cause
from shared.domain.evidence.chain import Appender
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import Override
from shared.domain.offboarding.settled import Payment, Refunds, Settled
from shared.domain.offboarding.states import Stage, Status
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, withdraw
from shared.pipeline.core.evidence import fresh_salt
from shared.report.period import period
from shared.snapshots.manifest import Manifest, SnapshotError
from tests.functional.checks import effects
from tests.functional.forged import goes_on_as_usual, unattended
from tests.functional.forgeries import other_customer
from tests.functional.forging import Forgery, Line, forged, head_in, unsigned, with_head
from tests.functional.people import OPERATOR
from tests.functional.restored import lose_and_restore, shelf_in, snapshot

LONG_AGO = "2020-01-01T00:00:00Z"
SAID = {"cause": "unknown_status", "seen": "odd", "by": "Mallory", "why": "it has ended", "at": LONG_AGO}


def lied(lines: list[Line]) -> list[Line]:
    """Words that nobody gave: resumed, overridden, let run on, and begun so long ago that no grace period is left."""
    head = head_in(lines)
    head.update(words=["went_live", "renews_before_start"], stopped_for="all of it", begun_at=LONG_AGO)
    for line in lines:
        if line["is"] == "holding":
            line["value"]["override"] = SAID
    return lines


def restored(folder: Path, forgery: Forgery, *, sign: bool = False) -> tuple[World, str, Manifest]:
    world, request, taken = unattended(folder)
    world.clock.advance(timedelta(hours=1))
    if not sign:
        forged(shelf_in(folder), taken, forgery)
        unsigned(folder, taken)
    lose_and_restore(world, shelf_in(folder), taken, accept_unsigned=True)
    return world, request, taken


def test_what_nobody_signed_has_no_words_of_people(tmp_path: Path) -> None:
    world, request, _ = restored(tmp_path, lied)
    head = world.offboarding(request)
    assert (head.words, head.stopped_for) == ((), "")
    assert head.restored is not None
    assert head.begun_at == head.restored.at, "the grace period runs anew"
    assert {record.override for record in world.store.holdings(head.id).values()} == {None}


def test_what_is_signed_keeps_when_it_began(tmp_path: Path) -> None:
    world, request, _ = restored(tmp_path, lied, sign=True)
    head = world.offboarding(request)
    assert head.restored is not None
    assert head.begun_at is not None
    assert head.begun_at < head.restored.at
    assert head.stage is Stage.VERIFY


def test_a_withdrawal_of_what_nobody_signed_writes_nothing_until_somebody_has_compared_it(tmp_path: Path) -> None:
    """The sender's message calls it off as well, and nobody has looked then."""
    world, request, _ = restored(tmp_path, lambda lines: lines)
    before, identity = Counter(effects(world)), world.offboarding(request).id
    after = withdraw(identity, CalledOff(OPERATOR, "looks forged"), world.services)
    assert after is not None
    assert after.status is Status.WITHDRAWN
    assert after.reason is not None
    assert "nothing was put back, because nobody signed the restored record" in after.reason.text
    goes_on_as_usual(world)
    assert Counter(effects(world)) == before


def refunded(lines: list[Line]) -> list[Line]:
    """A return that nobody made, of a million."""
    for line in lines:
        if line["is"] == "holding":
            money = {"money": {"amount": "1000000.00", "currency": "USD"}, "at": LONG_AGO}
            done = {"kind": "return_reservation", "n": 1, "request_id": "r", "intended_at": LONG_AGO}
            line["value"].update(refunded=money, actions=[{**done, "state": "accepted"}])
    return lines


@pytest.mark.parametrize("forgery", [refunded, lambda lines: other_customer(refunded(lines))])
def test_no_money_is_told_of_what_nobody_has_vouched_for(forgery: Forgery, tmp_path: Path) -> None:
    """The totals of a month would have it, too."""
    world, request, _ = restored(tmp_path, forgery)
    withdraw(world.offboarding(request).id, CalledOff(OPERATOR, "forged"), world.services)
    head = world.offboarding(request)
    assert head.settled == Settled(Payment.NOT_READ)
    found = period(f"{head.updated_at:%Y-%m}", world.services)
    assert (found.refunds, found.lines[0].refunds) == (Refunds(), Refunds())


def test_a_withdrawal_that_nobody_signed_is_none_and_can_be_said(tmp_path: Path) -> None:
    """Else it could only be resumed, and would then put back what a forger wrote."""
    by = {"type": "person", "id": "x", "name": "x"}
    removal = {"n": 1, "request_id": "r", "intended_at": LONG_AGO, "state": "intended"}
    forgery = with_head(withdrawal={"by": by, "why": "", "at": LONG_AGO}, stage="restore", removal=removal)
    world, request, _ = restored(tmp_path, forgery)
    before, identity = Counter(effects(world)), world.offboarding(request).id
    after = withdraw(identity, CalledOff(OPERATOR, "looks forged"), world.services)
    assert after is not None
    assert (after.status, after.withdrawal and after.withdrawal.by) == (Status.WITHDRAWN, OPERATOR)
    assert withdraw(identity, CalledOff(OPERATOR, "again"), world.services) == after
    goes_on_as_usual(world)
    assert Counter(effects(world)) == before


NAIVE = "2026-01-01T00:00:00"
IMPLAUSIBLE: dict[str, Forgery] = {
    "a withdrawal without a zone": with_head(
        withdrawal={"by": {"type": "person", "id": "x", "name": "x"}, "why": "", "at": NAIVE}
    ),
    "an end without a zone": with_head(updated_at=NAIVE),
    "more events than an id has digits for": with_head(events=10**12),
    "an id that is no file's name": lambda lines: (
        head_in(lines).update(id="../\0"),
        [line | {"of": "../\0"} for line in lines],
    )[1],
    "wake-ups before the first one": with_head(attempt=-(10**6)),
}


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_what_would_fail_in_the_middle_is_refused_before_it_begins(name: str, tmp_path: Path) -> None:
    """Else that restore never ends, and no other snapshot is taken until it has."""
    world, _, taken = unattended(tmp_path)
    forged(shelf_in(tmp_path), taken, IMPLAUSIBLE[name])
    unsigned(tmp_path, taken)
    with pytest.raises(SnapshotError, match="cannot be put back: "):
        lose_and_restore(world, shelf_in(tmp_path), taken, accept_unsigned=True)
    assert not world.services.brakes.read().brake.held
    assert world.store.shared_row("restore") is None


def test_what_was_compared_and_resumed_is_put_back_when_it_is_called_off(tmp_path: Path) -> None:
    world, request, _ = restored(tmp_path, lambda lines: lines)
    before, identity = Counter(effects(world)), world.offboarding(request).id
    resume(identity, OPERATOR, world.services, ReasonCode.RECORD_UNSIGNED, why="compared")
    after = withdraw(identity, CalledOff(OPERATOR, "the customer stays"), world.services)
    assert after is not None
    assert after.status is Status.RESTORING
    goes_on_as_usual(world)
    world.run(for_at_most=timedelta(days=2))
    assert world.offboarding(request).status is Status.WITHDRAWN
    assert Counter(effects(world)) != before


@pytest.mark.parametrize("missing", [True, False])
def test_an_override_counts_where_the_evidence_has_it(missing: bool, tmp_path: Path) -> None:
    """Signed, and all the same: whoever may write the tables has it signed with the next snapshot."""
    world, request, _ = unattended(tmp_path)
    row = world.store._rows[world.offboarding(request).id]
    key, record = next(iter(row.holdings.items()))
    said = Override(Cause.UNKNOWN_STATUS, "odd", OPERATOR.name, "it has ended", world.clock.now(), OPERATOR)
    row.holdings[key] = replace(record, override=said)
    if not missing:
        told = {"holding": key, "cause": said.cause.value, "seen": said.seen}
        chain, entry = Appender(row.head.id, fresh_salt).append(
            row.head.evidence, EntryKind.OVERRIDE, OPERATOR, said.at, told
        )
        row.head = replace(row.head, evidence=chain)
        row.evidence.append(entry)
    taken = snapshot(world, shelf_in(tmp_path))
    assert lose_and_restore(world, shelf_in(tmp_path), taken).held == 1
    found = world.store.holdings(world.offboarding(request).id)[key]
    assert found.override == (None if missing else said)
