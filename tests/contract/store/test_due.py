"""What the sweeper must look at: one row of the truth table for each reason, on every store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.ports.store import Change, OffboardingStore
from tests.contract.store.samples import GRACE, NOW, committed, finished, message, offboarding, stored

SECOND = timedelta(seconds=1)
MACHINE = NOW - timedelta(days=90)
"""Machine time is not business time: the clock of the business was moved."""


@dataclass(frozen=True, slots=True)
class Case:
    """An offboarding as stored, and whether it is due at NOW."""

    name: str
    due: bool
    status: Status = Status.RUNNING
    attempt_at: datetime | None = None
    claim_until: datetime | None = None
    owed_at: datetime | None = None


CASES = [
    Case("never", False),
    Case("wake-up in the future", False, attempt_at=NOW + SECOND),
    Case("wake-up now, on its way", False, attempt_at=NOW),
    Case("wake-up within grace", False, attempt_at=NOW - GRACE + SECOND),
    Case("wake-up after grace", True, attempt_at=NOW - GRACE),
    Case("waiting, in the future", False, Status.WAITING, attempt_at=NOW + timedelta(days=900)),
    Case("waiting, overdue", True, Status.WAITING, attempt_at=NOW - timedelta(days=900)),
    Case("received, overdue", True, Status.RECEIVED, attempt_at=NOW - GRACE),
    Case("scheduled, overdue", True, Status.SCHEDULED, attempt_at=NOW - GRACE),
    Case("planning, overdue", True, Status.PLANNING, attempt_at=NOW - GRACE),
    Case("restoring, overdue", True, Status.RESTORING, attempt_at=NOW - GRACE),
    Case("waits for approval, to be looked at", True, Status.AWAITING_APPROVAL, attempt_at=NOW - GRACE),
    Case("claim held, overdue", False, attempt_at=NOW - timedelta(days=1), claim_until=MACHINE + SECOND),
    Case("claim expired, overdue", True, attempt_at=NOW - timedelta(days=1), claim_until=MACHINE),
    Case("claim expired, within grace", True, attempt_at=NOW, claim_until=MACHINE - SECOND),
    Case("claim expired, in the future", False, attempt_at=NOW + SECOND, claim_until=MACHINE - SECOND),
    Case("claim expired, no wake-up", False, claim_until=MACHINE - SECOND),
    Case("attention, reminder in the future", False, Status.NEEDS_ATTENTION, attempt_at=NOW + SECOND),
    Case("attention, reminder now", True, Status.NEEDS_ATTENTION, attempt_at=NOW),
    Case("attention, reminder now, claimed", True, Status.NEEDS_ATTENTION, attempt_at=NOW, claim_until=MACHINE + GRACE),
    Case("outbox within grace", False, attempt_at=NOW + SECOND, owed_at=NOW - GRACE + SECOND),
    Case("outbox after grace", True, attempt_at=NOW + SECOND, owed_at=NOW - GRACE),
    Case("outbox after grace, claimed", True, attempt_at=NOW, claim_until=MACHINE + SECOND, owed_at=NOW - GRACE),
    Case("outbox after grace, attention", True, Status.NEEDS_ATTENTION, NOW + GRACE, owed_at=NOW - GRACE),
    *(Case(f"{status.value}", False, status, attempt_at=NOW - GRACE) for status in sorted(TERMINAL)),
    *(Case(f"{status.value}, outbox after grace", True, status, owed_at=NOW - GRACE) for status in sorted(TERMINAL)),
]


@pytest.mark.parametrize("created", [True, False], ids=["created so", "changed to it"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_due(store: OffboardingStore, case: Case, created: bool) -> None:
    claim = Claim("owner", case.claim_until) if case.claim_until else None
    stage = None if case.status in TERMINAL else Stage.VERIFY
    head = offboarding(
        status=case.status, stage=stage, next_attempt_at=case.attempt_at, claim=claim, created_at=NOW - GRACE * 2
    )
    owed = (message("late", at=case.owed_at), message("fresh", at=NOW)) if case.owed_at else ()
    if created:
        stored(store, head, outbox=owed)
    else:
        later = NOW + timedelta(days=1)
        first = stored(store, replace(head, status=Status.WAITING, next_attempt_at=later, claim=None))
        committed(store, Change(head, first.etag, outbox=owed))
    expected = [head.id] if case.due else []
    for _ in range(2):
        assert list(store.due(NOW, MACHINE, GRACE, 10)) == expected
    store.clear_outbox(head.id, ["late", "fresh"])
    without_outbox = case.due and case.owed_at is None
    assert list(store.due(NOW, MACHINE, GRACE, 10)) == ([head.id] if without_outbox else [])


@pytest.mark.long
def test_due_follows_the_changes(store: OffboardingStore) -> None:
    """The life of one offboarding: what is due is always decided by its newest head."""
    last = stored(store, offboarding(), outbox=(message("m"),))
    identity = last.offboarding.id

    def due(at: datetime) -> bool:
        return list(store.due(at, MACHINE, GRACE, 10)) == [identity]

    assert not due(NOW)
    assert due(NOW + GRACE)
    store.clear_outbox(identity, ["m"])
    far = NOW + timedelta(days=300)
    waiting = replace(last.offboarding, status=Status.WAITING, next_attempt_at=far)
    last = committed(store, Change(waiting, last.etag))
    assert not due(NOW + timedelta(days=299))
    near = replace(waiting, next_attempt_at=NOW + timedelta(days=2))
    last = committed(store, Change(near, last.etag))
    assert not due(NOW + timedelta(days=1))
    assert due(NOW + timedelta(days=3))
    reminder = replace(near, status=Status.NEEDS_ATTENTION, next_attempt_at=NOW + timedelta(days=4))
    last = committed(store, Change(reminder, last.etag))
    assert not due(NOW + timedelta(days=3))
    assert due(NOW + timedelta(days=4))
    resumed = replace(reminder, status=Status.RUNNING, next_attempt_at=NOW + timedelta(days=3))
    last = committed(store, Change(resumed, last.etag, outbox=(message("n", at=NOW + timedelta(days=3)),)))
    assert due(NOW + timedelta(days=3) + GRACE)
    last = committed(store, Change(finished(resumed), last.etag))
    assert due(far)
    store.clear_outbox(identity, ["n"])
    assert not due(far)
    assert not due(NOW + timedelta(days=30_000))


@pytest.mark.long
def test_at_most_so_many(store: OffboardingStore) -> None:
    ids = [stored(store, offboarding(f"n{number}")).offboarding.id for number in range(6)]
    found = store.due(NOW + GRACE, MACHINE, GRACE, 4)
    assert len(found) == len(set(found)) == 4
    assert set(found) <= set(ids)
    assert set(store.due(NOW + GRACE, MACHINE, GRACE, 10)) == set(ids)


def test_each_is_due_once(store: OffboardingStore) -> None:
    owed = (message("a"), message("b", at=NOW - GRACE))
    first = stored(store, offboarding(), outbox=owed)
    moved = replace(first.offboarding, next_attempt_at=NOW - timedelta(hours=1))
    committed(store, Change(moved, first.etag, outbox=(message("c", at=NOW - timedelta(hours=2)),)))
    assert list(store.due(NOW + GRACE, MACHINE, GRACE, 10)) == [first.offboarding.id]
