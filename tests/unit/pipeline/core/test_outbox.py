"""The outbox: what is owed is sent, cleared, and never forgotten; sending again carries the same ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from local.world.archive import MemoryArchive
from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.states import Status
from shared.pipeline.core.outbox import drain
from shared.ports.evidence import EvidenceExport
from tests.unit.support.heads import IDENTITY, NOW, head_of, keep
from tests.unit.support.worlds import SMALL, StoreSwitch, on_queue, unavailable

SENT = (Destination.STAGE, Destination.EVENTS)


def owing() -> tuple[World, str, list[str]]:
    """A world whose bus was down when a request was accepted: the offboarding and the ids of what it owes."""
    world = World(SMALL)
    world.bus.failing |= set(SENT)
    request = world.ask(SMALL)
    world.deliver(world.bus.queued.pop())
    identity = world.offboarding(request).id
    world.bus.failing.clear()
    return world, identity, [item.id for item in world.store.outbox(identity)]


def sent(world: World) -> list[str]:
    return [item.id for item in (*on_queue(world, Destination.STAGE), *world.bus.events)]


def test_what_is_owed_is_sent_once_and_cleared() -> None:
    world, identity, owed = owing()

    assert drain(world.services, identity)
    assert drain(world.services, identity)
    assert sorted(sent(world)) == sorted(owed)
    assert world.store.outbox(identity) == []


def test_what_was_sent_but_not_cleared_is_sent_again_with_the_same_ids() -> None:
    world, identity, owed = owing()
    store = StoreSwitch(world)
    store.before["clear_outbox"] = unavailable
    seen: list[str] = []
    send = world.bus.send

    def watched(messages: Sequence[OutboundMessage]) -> None:
        seen.extend(item.id for item in messages)
        send(messages)

    world.bus.send = watched  # type: ignore[method-assign]

    assert not drain(world.services, identity)
    assert drain(world.services, identity)
    assert len(seen) == len(owed) + 1
    assert set(seen) == set(owed)
    assert sorted(sent(world)) == sorted(owed), "the bus keeps the repetition back"


@pytest.mark.parametrize("down", SENT)
def test_one_destination_that_is_down_never_holds_up_the_other(down: Destination) -> None:
    world, identity, _ = owing()
    world.bus.failing.add(down)

    assert not drain(world.services, identity)
    assert {item.destination for item in world.store.outbox(identity)} == {down}
    assert (len(world.events()) == 1) is (down is Destination.STAGE)


def test_nothing_owed_is_nothing_sent() -> None:
    world = World(SMALL)
    world.bus.failing |= set(Destination)

    assert drain(world.services, "unknown")


@pytest.mark.parametrize("kept", [True, False])
def test_evidence_that_was_kept_is_owed_no_more(kept: bool, tmp_path: Path) -> None:
    world = World()
    archive = MemoryArchive()
    world.services = replace(world.services, evidence=EvidenceExport(FileSigner(tmp_path / "key.pem"), archive))
    message = OutboundMessage("o-1:evidence:1", Destination.EVIDENCE, b"", NOW)
    keep(world, head_of(Status.REMOVED, None), owed=(message,))
    if not kept:
        StoreSwitch(world).before["evidence"] = unavailable

    assert drain(world.services, IDENTITY) is kept
    assert world.store.outbox(IDENTITY) == ([] if kept else [message])
