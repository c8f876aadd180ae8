"""show_batch: what the offboardings of a batch add up to, as far as a bound, and what an earlier version kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from local.world.world import World
from shared.contracts.batch import BatchView, row_name
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL, Status
from shared.operations import show_batch as module
from shared.operations.show_batch import show_batch
from tests.unit.support.heads import DAY, NOW, head_of, keep, request_of

PLAN = Plan(1, (), 1, 0, 0, None, None, "d" * 64)


def stored(world: World, name: str, status: Status, expected: datetime | None = None, *, planned: bool = True) -> str:
    """An offboarding in batch June."""
    plan = replace(PLAN, removal_expected_at=expected) if planned else None
    keep(world, head(name, status, plan))
    return name


def head(name: str, status: Status, plan: Plan | None = None) -> Offboarding:
    ended = status in TERMINAL
    request = request_of(request_id=name, batch_id="June", dry_run=status is Status.PLANNED)
    made = head_of(status, id=name, request=request, plan=plan, created_at=NOW)
    return replace(made, stage=None) if ended else made


def june(world: World) -> BatchView:
    found = show_batch("June", world.services)
    assert found is not None
    return found


def test_who_is_waited_for_and_when_the_first_and_the_last_ends() -> None:
    world = World()
    stored(world, "a", Status.AWAITING_APPROVAL, NOW + 3 * DAY)
    stored(world, "b", Status.NEEDS_ATTENTION)
    stored(world, "c", Status.WAITING, NOW + 40 * DAY)
    stored(world, "d", Status.RUNNING, NOW + DAY)
    stored(world, "e", Status.REMOVED, NOW - DAY)
    stored(world, "f", Status.PLANNED, NOW + 50 * DAY)
    stored(world, "g", Status.RECEIVED, planned=False)
    moving = Blocker("k1", "Moving", Cause.OPEN_TRANSFER, Remedy.PERSON, "is part of a transfer", "Accept it.")
    keep(world, replace(head("h", Status.WAITING, PLAN), blockers=(moving,)))
    view = june(world)

    assert view.waiting_for == {"approver": 1, "operator": 2, "nobody": 3}
    assert (view.first_removal_expected_at, view.last_removal_expected_at) == (NOW + DAY, NOW + 50 * DAY)
    assert view.removal_unknown == 2
    assert sum(view.counts.values()) == 8
    assert [item.request_id for item in view.items] == list("abcdefgh")


def test_a_batch_that_has_ended_waits_for_nobody() -> None:
    world = World()
    stored(world, "a", Status.REMOVED, NOW)
    view = june(world)
    assert (view.waiting_for, view.first_removal_expected_at, view.removal_unknown) == ({}, None, 0)


def test_no_more_are_read_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 2)
    world = World()
    for name in "abc":
        stored(world, name, Status.RUNNING)
    view = june(world)
    assert (view.more, [item.request_id for item in view.items]) == (True, ["b", "c"])
    assert view.offboardings == "/api/offboardings?batchId=June"


def test_what_an_earlier_version_kept_of_a_batch_is_shown() -> None:
    world = World()
    keep(world, replace(head("a", Status.RUNNING), request=request_of(request_id="a")))
    old = {
        "batchId": "old",
        "digest": "0" * 64,
        "receivedAt": "2026-01-01T00:00:00Z",
        "complete": True,
        "items": [{"position": 0, "requestId": "a", "offboardingId": "a"}, {"position": 1, "requestId": "b"}],
    }
    world.store.put_shared_row(row_name("old"), json.dumps(old), None)
    view = show_batch("old", world.services)
    assert view is not None
    assert [(item.request_id, item.status, item.result) for item in view.items] == [
        ("a", "running", None),
        ("b", None, None),
    ]
    assert view.counts == {"not_accepted": 1, "running": 1}
