"""The states of an offboarding and the moves between them: what the tables do not list is a bug (I3, I4)."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError


class Stage(StrEnum):
    """The stages that have a queue and a function of their own."""

    PLAN = "plan"
    SUSPEND = "suspend"
    CANCEL = "cancel"
    VERIFY = "verify"
    REMOVE = "remove"
    CONFIRM = "confirm"
    RESTORE = "restore"


class Status(StrEnum):
    """Where an offboarding stands."""

    RECEIVED = "received"
    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    RESTORING = "restoring"
    NEEDS_ATTENTION = "needs_attention"
    REMOVED = "removed"
    ALREADY_REMOVED = "already_removed"
    PLANNED = "planned"
    STOPPED = "stopped"
    REJECTED = "rejected"
    JOINED = "joined"
    WITHDRAWN = "withdrawn"


TERMINAL = frozenset(
    {
        Status.REMOVED,
        Status.ALREADY_REMOVED,
        Status.PLANNED,
        Status.STOPPED,
        Status.REJECTED,
        Status.JOINED,
        Status.WITHDRAWN,
    }
)
RUNNABLE = frozenset(
    {
        Status.RECEIVED,
        Status.PLANNING,
        Status.AWAITING_APPROVAL,
        Status.SCHEDULED,
        Status.RUNNING,
        Status.WAITING,
        Status.RESTORING,
    }
)
"""States in which a wake-up acts. What awaits an approval is planned anew each day; only needs_attention rests."""

_CALLED_OFF = frozenset({Status.RESTORING, Status.WITHDRAWN})
_GOING_ON = frozenset(
    {
        Status.PLANNING,
        Status.AWAITING_APPROVAL,
        Status.RUNNING,
        Status.WAITING,
        Status.NEEDS_ATTENTION,
        *_CALLED_OFF,
    }
)
_PLAN_RESULTS = frozenset(
    {
        Status.PLANNING,
        Status.AWAITING_APPROVAL,
        Status.SCHEDULED,
        Status.RUNNING,
        Status.NEEDS_ATTENTION,
        Status.PLANNED,
        Status.STOPPED,
        Status.REJECTED,
        Status.JOINED,
        Status.ALREADY_REMOVED,
        *_CALLED_OFF,
    }
)
_FINISHED_BY_WORK = frozenset({Status.REMOVED, Status.ALREADY_REMOVED, Status.STOPPED})

MOVES: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: _PLAN_RESULTS,
    Status.PLANNING: _PLAN_RESULTS,
    Status.SCHEDULED: _PLAN_RESULTS,
    Status.AWAITING_APPROVAL: _PLAN_RESULTS | _GOING_ON | _FINISHED_BY_WORK,
    Status.RUNNING: _GOING_ON | _FINISHED_BY_WORK,
    Status.WAITING: _GOING_ON | _FINISHED_BY_WORK,
    Status.NEEDS_ATTENTION: _GOING_ON,
    Status.RESTORING: frozenset({Status.NEEDS_ATTENTION, Status.STOPPED, *_CALLED_OFF}),
} | {status: frozenset() for status in TERMINAL}

STAGE_MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.PLAN: frozenset({Stage.PLAN, Stage.SUSPEND, Stage.CONFIRM, Stage.RESTORE}),
    Stage.SUSPEND: frozenset({Stage.SUSPEND, Stage.CANCEL, Stage.RESTORE, Stage.PLAN}),
    Stage.CANCEL: frozenset({Stage.CANCEL, Stage.VERIFY, Stage.RESTORE, Stage.PLAN}),
    Stage.VERIFY: frozenset(
        {Stage.VERIFY, Stage.SUSPEND, Stage.CANCEL, Stage.REMOVE, Stage.CONFIRM, Stage.RESTORE, Stage.PLAN}
    ),
    Stage.REMOVE: frozenset({Stage.REMOVE, Stage.VERIFY, Stage.CONFIRM, Stage.RESTORE, Stage.PLAN}),
    Stage.CONFIRM: frozenset({Stage.CONFIRM, Stage.VERIFY, Stage.PLAN, Stage.RESTORE}),
    Stage.RESTORE: frozenset({Stage.RESTORE}),
}
"""From confirm back to plan only what has no plan yet: it looked gone before it was planned. From the others only at a
person's word, before the first write (reschedule). To restore only by a withdrawal, and from there nowhere."""


class IllegalMoveError(OffboardingError):
    """A bug: a move that the tables do not list."""

    code = ReasonCode.ILLEGAL_MOVE
