"""The tables of moves: stages go back only where the design says so, terminal states are final (I3, I4)."""

from datetime import timedelta

import pytest

from shared.domain.offboarding.moves import move
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import MOVES, STAGE_MOVES, TERMINAL, IllegalMoveError, Stage, Status
from shared.domain.policy import Commitments
from tests.unit.domain.support import NOW

REQUEST = OffboardingRequest("r", "c", "d", None, "x", "y", False, None, Commitments.WAIT, "r", "f")
BACKWARDS = {(Stage.REMOVE, Stage.VERIFY), (Stage.CONFIRM, Stage.VERIFY), (Stage.CONFIRM, Stage.PLAN)} | {
    (Stage.VERIFY, Stage.SUSPEND),
    (Stage.VERIFY, Stage.CANCEL),
}
BY_A_RESCHEDULE = {(stage, Stage.PLAN) for stage in (Stage.SUSPEND, Stage.CANCEL, Stage.VERIFY, Stage.REMOVE)}


def offboarding(status: Status, stage: Stage | None = None) -> Offboarding:
    return Offboarding("o", REQUEST, status, stage, NOW, NOW)


def test_stages_go_back_only_where_they_may() -> None:
    order = list(Stage)
    back = {(a, b) for a, nexts in STAGE_MOVES.items() for b in nexts if order.index(b) < order.index(a)}

    assert back == BACKWARDS | BY_A_RESCHEDULE


@pytest.mark.parametrize("status", sorted(TERMINAL))
@pytest.mark.parametrize("target", Status)
def test_nothing_leaves_a_terminal_state(status: Status, target: Status) -> None:
    with pytest.raises(IllegalMoveError):
        move(offboarding(status), NOW, status=target, stage=None)


def test_every_status_has_its_row() -> None:
    assert set(MOVES) == set(Status)


def test_removed_is_reached_from_work_only() -> None:
    sources = {status for status, targets in MOVES.items() if Status.REMOVED in targets}

    assert sources == {Status.RUNNING, Status.WAITING, Status.AWAITING_APPROVAL}


def test_a_stage_cannot_be_skipped() -> None:
    with pytest.raises(IllegalMoveError, match="plan cannot be followed by remove"):
        move(offboarding(Status.RUNNING, Stage.PLAN), NOW, status=Status.RUNNING, stage=Stage.REMOVE)


def test_a_move_sets_the_date_and_clears_the_reason() -> None:
    at = NOW + timedelta(hours=1)
    moved = move(
        offboarding(Status.RUNNING, Stage.VERIFY),
        NOW,
        status=Status.WAITING,
        stage=Stage.VERIFY,
        next_attempt_at=at,
    )

    assert (moved.status, moved.next_attempt_at, moved.reason) == (Status.WAITING, at, None)
