"""The offboarding: one record from request to outcome, its states and the moves that are allowed.

Everything that a handler decides ends in `move`, which refuses what the tables do not list (I3, I4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.blockers import Blocker
from shared.domain.errors import OffboardingError
from shared.domain.plan import Plan
from shared.domain.request import OffboardingRequest


class Stage(StrEnum):
    """The stages that have a queue and a function of their own."""

    PLAN = "plan"
    SUSPEND = "suspend"
    CANCEL = "cancel"
    VERIFY = "verify"
    REMOVE = "remove"
    CONFIRM = "confirm"


class Status(StrEnum):
    """Where an offboarding stands. Approval and restoring have their place here; nothing enters them yet."""

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
    {Status.RECEIVED, Status.PLANNING, Status.SCHEDULED, Status.RUNNING, Status.WAITING, Status.RESTORING}
)
"""States in which a wake-up acts; needs_attention and awaiting_approval wait for a person."""

_GOING_ON = frozenset({Status.PLANNING, Status.RUNNING, Status.WAITING, Status.NEEDS_ATTENTION, Status.RESTORING})
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
        Status.WITHDRAWN,
    }
)
_FINISHED_BY_WORK = frozenset({Status.REMOVED, Status.ALREADY_REMOVED})

MOVES: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: _PLAN_RESULTS,
    Status.PLANNING: _PLAN_RESULTS,
    Status.SCHEDULED: _PLAN_RESULTS,
    Status.AWAITING_APPROVAL: _PLAN_RESULTS,
    Status.RUNNING: _GOING_ON | _FINISHED_BY_WORK,
    Status.WAITING: _GOING_ON | _FINISHED_BY_WORK,
    Status.NEEDS_ATTENTION: _GOING_ON | {Status.WITHDRAWN},
    Status.RESTORING: frozenset({Status.RESTORING, Status.NEEDS_ATTENTION, Status.WITHDRAWN}),
} | {status: frozenset() for status in TERMINAL}

STAGE_MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.PLAN: frozenset({Stage.PLAN, Stage.SUSPEND, Stage.CONFIRM}),
    Stage.SUSPEND: frozenset({Stage.SUSPEND, Stage.CANCEL}),
    Stage.CANCEL: frozenset({Stage.CANCEL, Stage.VERIFY}),
    Stage.VERIFY: frozenset({Stage.VERIFY, Stage.SUSPEND, Stage.CANCEL, Stage.REMOVE, Stage.CONFIRM}),
    Stage.REMOVE: frozenset({Stage.REMOVE, Stage.VERIFY, Stage.CONFIRM}),
    Stage.CONFIRM: frozenset({Stage.CONFIRM, Stage.VERIFY, Stage.PLAN}),
}
"""From confirm back to plan only what has no plan yet: it looked gone before it was planned."""


class IllegalMoveError(OffboardingError):
    """A bug: a move that the tables do not list."""

    code = "illegal_move"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works on the offboarding, until when (machine time, UTC)."""

    owner: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer after identification in Partner Center."""

    id: str
    company_name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the offboarding is where it is: a stable code and a sentence for people."""

    code: str
    text: str
    operator_action: str = ""


@dataclass(frozen=True, slots=True)
class RemovalIntent:
    """The point of no return: stored by compare-and-set before the PATCH, with the answer after it.

    `accepted_before`: an earlier one was accepted and showed no effect in time; what a later one finds gone is its
    work.
    """

    n: int
    request_id: str
    intended_at: datetime
    answered_at: datetime | None = None
    status: int | None = None
    code: str = ""
    detail: str = ""
    without_effect: bool = False
    tries: int = 1
    accepted_before: bool = False

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of section "confirm": what was asked, what was found, whether it holds."""

    name: str
    holds: bool
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Counters:
    """Bounds that make loops visible: consecutive faults, returns to an earlier stage, refused removals."""

    faults: int = 0
    returns: int = 0
    refusals: int = 0
    rechecks: int = 0


@dataclass(frozen=True, slots=True)
class Offboarding:
    """The head of the record. Holdings, timeline and outbox are stored beside it.

    `other_id` is the live offboarding of the same customer that this request joined or was refused for. `attempt`
    counts wake-ups and is never reset. `next_attempt_at` is business time; a wake-up before it does nothing.
    `blockers` keeps the first of them, `blocker_count` says how many there are. `survivors`: what the removal leaves
    behind at the customer. `warned_window`: the closing window that was warned of last.
    """

    id: str
    request: OffboardingRequest
    status: Status
    stage: Stage | None
    created_at: datetime
    updated_at: datetime
    attempt: int = 0
    next_attempt_at: datetime | None = None
    reason: Reason | None = None
    claim: Claim | None = None
    customer: Customer | None = None
    plan: Plan | None = None
    blockers: tuple[Blocker, ...] = ()
    blocker_count: int = 0
    paid_until: datetime | None = None
    counters: Counters = Counters()
    removal: RemovalIntent | None = None
    confirming_since: datetime | None = None
    proofs: tuple[Proof, ...] = ()
    gdap_requested: tuple[str, ...] = ()
    reestablish_url: str = ""
    survivors: tuple[str, ...] = ()
    other_id: str | None = None
    timeline_length: int = 0
    resumed: bool = False
    warned_window: datetime | None = None

    @property
    def customer_id(self) -> str | None:
        return self.customer.id if self.customer else self.request.customer_id

    @property
    def finished(self) -> bool:
        return self.status in TERMINAL


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
    )
