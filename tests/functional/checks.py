"""Invariants read from the simulator's journal, the oracle of every run."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

from local.world.world import World
from shared.domain.evidence.walk import walk
from shared.domain.offboarding.messages import Destination
from shared.snapshots.agree import disagreement
from shared.snapshots.lines import Copy

ONCE_EACH = (
    "subscription.suspended",
    "subscription.cancelled",
    "entitlement.cancelled",
    "order.cancelled",
    "reservation.returned",
    "relationship.removed",
)


def effects(world: World) -> list[tuple[str, str, str]]:
    """(effect, customer, holding) of everything that changed something, in order."""
    return [
        (str(effect["effect"]), str(entry["customer"]), str(effect["holding"]))
        for entry in world.journal()
        for effect in entry["effects"]
    ]


def check_invariants(world: World) -> None:
    """I1, I2, I5, I9, numbered events and no second removal, for everything that happened in this world."""
    check_effects(world)
    check_removals(world)
    check_outcomes(world)
    check_sequences(world)


def check_effects(world: World, switched_on: int = 0) -> None:
    """I2: no effect happened twice, or more often than somebody switched a holding on again."""
    counted = Counter(item for item in effects(world) if item[0] in ONCE_EACH)
    assert not {item: times for item, times in counted.items() if times > 1 + switched_on}, "an effect happened twice"


def check_outcomes(world: World) -> None:
    """I5: one distinct outcome event for each request that ended."""
    for offboarding in world.all():
        outcomes = {
            event["id"]
            for event in world.events(offboarding.request.request_id)
            if event["data"]["status"] == offboarding.status.value
        }
        if offboarding.finished:
            assert len(outcomes) == 1, f"{offboarding.request.request_id}: {len(outcomes)} outcome events"


def check_sequences(world: World) -> None:
    """The events of each offboarding are numbered from 1 without a gap, in the order in which things happened; one that
    is sent again has its number again, and an outcome is the last one."""
    for offboarding in world.all():
        sent = [event for event in world.events() if event["subject"] == offboarding.id]
        numbers = {event["id"]: event["sequence"] for event in sent}
        assert all(numbers[event["id"]] == event["sequence"] for event in sent), "an event came with two numbers"
        owed = [item for item in world.store.outbox(offboarding.id) if item.destination is Destination.EVENTS]
        known = sorted({*numbers.values(), *(json.loads(item.body)["sequence"] for item in owed)})
        assert known == [f"{number:010}" for number in range(1, offboarding.events + 1)], known
        in_order = sorted(sent, key=lambda event: str(event["sequence"]))
        times = [datetime.fromisoformat(event["time"]) for event in in_order]
        assert times == sorted(times), "a later number tells of an earlier moment"
        if offboarding.finished and not owed:
            assert in_order[-1]["data"]["status"] == offboarding.status.value, "something follows the outcome"


def check_removals(world: World) -> None:
    """No removal was even asked for while the tenant's own rules saw a blocker (I1); injected answers aside."""
    for entry in world.journal():
        if set(entry["faults"]) - {"mutate"}:
            continue
        if entry["method"] == "PATCH" and entry["path"].rstrip("/").count("/") == 3 and entry["status"] >= 400:
            raise AssertionError(f"a removal was refused: {entry}")


def check_routes(world: World) -> None:
    """Every call is one that the tenant knows: an answer to an unknown route says nothing about the customer."""
    unknown = [f"{entry['method']} {entry['path']}" for entry in world.journal() if not entry.get("routed", True)]
    assert not unknown, f"the simulator has no such routes: {unknown}"


def check_agreement(world: World) -> None:
    """Each record says what its evidence says: else a snapshot of it would be held for good when it is put back."""
    for head in world.all():
        copy = Copy(head, evidence=list(world.store.evidence(head.id)), asides=list(world.store.asides(head.id)))
        found = disagreement(copy, walk(head.id, copy.evidence), None, signed=True)
        assert found == "", f"{head.id} {head.status.value}: {found}"
