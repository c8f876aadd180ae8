"""What was changed so far is told wherever an offboarding ends or asks."""

from __future__ import annotations

from dataclasses import replace

from local.world.world import World
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.offboarding.removal import RemovalIntent
from shared.domain.offboarding.restored import Restored
from shared.pipeline.core.so_far import changed_so_far
from tests.unit.support.heads import DAY, NOW, head_of, keep, licence


def acted(name: str, state: ActionState, status: int | None = None) -> HoldingRecord:
    record, action = licence(name, DAY), ActionRecord(ActionKind.CANCEL, 1, "r", state, NOW, status=status)
    return replace(record, actions=(action,))


def test_nothing_sent_is_nothing_changed() -> None:
    assert changed_so_far(keep(World(), head_of())) == "nothing was changed"
    refused = acted("A", ActionState.REFUSED, 400)
    assert changed_so_far(keep(World(), head_of(), refused)) == "nothing was changed"


def test_what_was_accepted_what_is_unclear_and_the_removal_are_told_apart() -> None:
    records = (
        acted("A", ActionState.ACCEPTED, 200),
        acted("B", ActionState.FORGIVEN, 200),
        acted("C", ActionState.FORGIVEN, 400),
        acted("D", ActionState.INTENDED),
    )
    session = keep(World(), head_of(removal=RemovalIntent(1, "r", NOW)), *records)
    assert changed_so_far(session) == (
        "done before: 2 × cancellation; without a clear answer: 1 × cancellation; "
        "the removal of the relationship had been sent"
    )


def test_of_a_restored_record_what_is_not_known_is_told() -> None:
    restored = Restored("snapshot", NOW - DAY, NOW, whole=True)
    said = "what was done after 2"
    assert changed_so_far(keep(World(), head_of(restored=restored))).startswith(f"nothing as far as is known; {said}")
    session = keep(World(), head_of(restored=restored), acted("A", ActionState.ACCEPTED, 200))
    assert f"done before: 1 × cancellation; {said}" in changed_so_far(session)
