"""From one state to the next: everything that a handler decides ends in `move`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.states import MOVES, STAGE_MOVES, IllegalMoveError, Stage, Status


def move(
    offboarding: Offboarding,
    now: datetime,
    *,
    status: Status,
    stage: Stage | None,
    reason: Reason | None = None,
    next_attempt_at: datetime | None = None,
) -> Offboarding:
    """The offboarding in its next state; raises IllegalMoveError for a move that is not in the tables."""
    if status not in MOVES[offboarding.status]:
        raise IllegalMoveError(f"{offboarding.status.value} cannot become {status.value}")
    if stage is not None and offboarding.stage is not None and stage not in STAGE_MOVES[offboarding.stage]:
        raise IllegalMoveError(f"stage {offboarding.stage.value} cannot be followed by {stage.value}")
    return replace(
        offboarding,
        status=status,
        stage=stage,
        reason=reason,
        next_attempt_at=next_attempt_at,
        updated_at=now,
        stage_since=offboarding.stage_since if stage is offboarding.stage else now,
    )
