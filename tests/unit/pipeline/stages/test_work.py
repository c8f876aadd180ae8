"""suspend and cancel: which of them writes what, what is read back, and what "stop and report" keeps them from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.approval import Approval, ApprovalPolicy, ApprovalRule, marks
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import BEFORE_START, IRREVERSIBLE, RESTORES, ActionKind
from shared.domain.decisions.planned_steps import PlannedStep
from shared.domain.decisions.planned_work import LAST_CALL
from shared.domain.errors import NoRelationshipError, RefusedError
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Collection
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.offboarding.states import Stage
from shared.domain.people.actor import Actor, ActorType
from shared.domain.policy import Commitments, Policy
from shared.pipeline.core.outcome import Again, Attention, Finish, Next
from shared.pipeline.core.session import Session
from shared.pipeline.stages.cancel import cancel
from shared.pipeline.stages.suspend import suspend
from shared.pipeline.steps.gone import UNREADABLE
from tests.unit.domain.support import holding
from tests.unit.support.scripted import NOW, OFFBOARDING, Tenant, services, session_at

DAY = timedelta(days=1)
INVENTORY = ["customer", "subscriptions", "entitlements", "orders", "transfers"]
GONE = NoRelationshipError("no relationship", status=404, remote_code="20002")


@dataclass(frozen=True)
class Write:
    """A holding, the action that is due about it, and the call that this makes; `listed`: the list of subscriptions
    shows its effect; `runs_on`: it goes on to the end of its term all the same."""

    action: ActionKind
    call: str
    holding: Holding
    listed: bool = False
    runs_on: bool = False
    wanted: dict[str, Any] = field(default_factory=dict)

    def record(self, **fields: Any) -> HoldingRecord:
        return HoldingRecord(self.holding, NOW - DAY, NOW - DAY, **fields)


def held(kind: HoldingKind, status: HoldingStatus = HoldingStatus.ACTIVE, **fields: Any) -> Holding:
    return holding(kind, status, **{"key": "k", "id": "id-1", **fields})


SUSPENSION = Write(ActionKind.SUSPEND, "set suspended", held(HoldingKind.LEGACY_LICENCE))
LATE: dict[str, Any] = {"term_end": NOW + 40 * DAY}
WRITES = [
    Write(ActionKind.CANCEL, "set deleted", held(HoldingKind.NCE_LICENCE, cancellable_until=NOW + DAY), listed=True),
    Write(ActionKind.END_AT_TERM, "end at term", held(HoldingKind.NCE_LICENCE, **LATE), listed=True, runs_on=True),
    Write(
        ActionKind.REACTIVATE,
        "set active",
        held(HoldingKind.NCE_LICENCE, HoldingStatus.SUSPENDED, **LATE),
        listed=True,
        runs_on=True,
        wanted={"reactivate_suspended": True},
    ),
    Write(
        ActionKind.REDUCE_SEATS,
        "reduce seats",
        held(
            HoldingKind.NCE_LICENCE,
            quantity=25,
            signs=WindowSigns(term_started=NOW - 99 * DAY, seats=(SeatWindow(5, NOW + DAY),)),
            **LATE,
        ),
        listed=True,
        runs_on=True,
        wanted={"reduce_seats": True},
    ),
    Write(ActionKind.CANCEL_AZURE_SUBSCRIPTION, "cancel azure", held(HoldingKind.AZURE_SUBSCRIPTION, parent_id="p")),
    Write(ActionKind.SUSPEND_AZURE_PLAN, "set suspended", held(HoldingKind.AZURE_PLAN)),
    Write(ActionKind.CANCEL_ORDER, "cancel order", held(HoldingKind.PERPETUAL_SOFTWARE, cancellable_until=NOW + DAY)),
    Write(ActionKind.RETURN_RESERVATION, "return", held(HoldingKind.RESERVATION, parent_id="o", **LATE)),
    Write(
        ActionKind.STOP_RENEWAL,
        "stop renewal",
        held(HoldingKind.SAVINGS_PLAN, parent_id="o", auto_renew=True, **LATE),
        runs_on=True,
    ),
]
each_write = pytest.mark.parametrize("write", WRITES, ids=lambda write: write.action.value)


def working(stage: Stage, write: Write, tenant: Tenant, record: HoldingRecord | None = None, **more: Any) -> Session:
    wanted = {**write.wanted, **more.pop("wanted", {})}
    return session_at(stage, tenant, (record or write.record(),), wanted=wanted, **more)


def test_the_table_has_every_write() -> None:
    assert {write.action for write in (SUSPENSION, *WRITES)} == set(ActionKind) - BEFORE_START - RESTORES


def test_suspend_suspends_and_hands_over() -> None:
    tenant = Tenant()
    session = working(Stage.SUSPEND, SUSPENSION, tenant)

    assert suspend(session) == Next(Stage.CANCEL)
    assert tenant.names == ["set suspended"]
    (record,) = session.services.store.holdings(OFFBOARDING).values()
    assert record.last is not None
    assert (record.last.kind, record.last.state) == (ActionKind.SUSPEND, ActionState.ACCEPTED)


@each_write
def test_suspend_writes_nothing_else(write: Write) -> None:
    tenant = Tenant()
    assert suspend(working(Stage.SUSPEND, write, tenant)) == Next(Stage.CANCEL)
    assert tenant.names == []


@each_write
def test_cancel_writes_and_leaves_the_reading_to_verify(write: Write) -> None:
    tenant = Tenant()
    assert cancel(working(Stage.CANCEL, write, tenant)) == Next(Stage.VERIFY)
    assert tenant.names == [write.call]


def waiting(write: Write, tenant: Tenant, *beside: HoldingRecord) -> Session:
    """What `write` and `beside` need is approved; one more licence waits for its approval."""
    allowed = [(write.record(), write.action), *((record, ActionKind.CANCEL) for record in beside)]
    steps = tuple(PlannedStep(item.holding.key, kind.value, kind in IRREVERSIBLE) for item, kind in allowed)
    said = Approval(Actor(ActorType.PERSON, "p-1", "Ms. Approver"), "right", NOW, "d", marks(steps))
    within = services(tenant, approval=ApprovalPolicy(ApprovalRule.ALWAYS))
    records = [*(record for record, _ in allowed), licence_of("beyond")]
    return session_at(Stage.CANCEL, tenant, records, wanted=write.wanted, within=within, approval=said, begun_at=NOW)


@each_write
def test_while_it_waits_what_the_list_of_subscriptions_shows_is_read_back(write: Write) -> None:
    tenant = Tenant()
    assert isinstance(cancel(waiting(write, tenant)), Again)
    assert tenant.names == [write.call, *(["subscriptions"] if write.listed else [])]


@each_write
def test_one_that_the_list_shows_is_enough_to_read_back(write: Write) -> None:
    tenant = Tenant()
    assert isinstance(cancel(waiting(write, tenant, licence_of("k2"))), Again)
    assert sorted(tenant.names) == sorted([write.call, "set deleted", "subscriptions"])


def licence_of(key: str, closes_in: timedelta = 4 * DAY, *actions: ActionRecord) -> HoldingRecord:
    seen = held(HoldingKind.NCE_LICENCE, key=key, id=key, cancellable_until=NOW + closes_in)
    return HoldingRecord(seen, NOW - DAY, NOW - DAY, actions=actions)


@pytest.mark.parametrize(
    ("unapproved", "in_grace", "window", "at", "code"),
    [
        (False, False, 4 * DAY, None, None),
        (True, False, 4 * DAY, NOW + DAY, ReasonCode.APPROVAL_NEEDED),
        (False, True, 4 * DAY, NOW + 3 * DAY, ReasonCode.GRACE_PERIOD),
        (False, True, DAY / 2, NOW + DAY / 2 - LAST_CALL, ReasonCode.GRACE_PERIOD),
        (True, True, 4 * DAY, NOW + DAY, ReasonCode.APPROVAL_NEEDED),
        (True, True, DAY / 2, NOW + DAY / 2 - LAST_CALL, ReasonCode.APPROVAL_NEEDED),
    ],
)
def test_what_waits_for_an_approval_and_for_the_grace_period_looks_at_the_earlier_date(
    unapproved: bool, in_grace: bool, window: timedelta, at: datetime | None, code: ReasonCode | None
) -> None:
    """And asks for the approval first: the grace period ends by itself."""
    approved = licence_of("approved", window)
    records = [approved, *([licence_of("beyond")] if unapproved else [])]
    tenant = Tenant()
    within = services(
        tenant, approval=ApprovalPolicy(ApprovalRule.ALWAYS), policy=Policy(grace=3 * DAY if in_grace else 0 * DAY)
    )
    steps = marks((PlannedStep("approved", ActionKind.CANCEL.value, irreversible=True),))
    said = Approval(Actor(ActorType.PERSON, "p-1", "Ms. Approver"), "right", NOW, "d", steps)
    outcome = cancel(session_at(Stage.CANCEL, tenant, records, within=within, approval=said, begun_at=NOW))

    read_back = ["subscriptions"] if unapproved else []
    assert tenant.names == ([] if in_grace else ["set deleted", *read_back])
    if at is None:
        assert outcome == Next(Stage.VERIFY)
        return
    assert isinstance(outcome, Again)
    assert (outcome.at, outcome.reason.code) == (at, code)


def test_cancel_leaves_suspensions_alone() -> None:
    tenant = Tenant()
    assert cancel(working(Stage.CANCEL, SUSPENSION, tenant)) == Next(Stage.VERIFY)
    assert tenant.names == []


@each_write
def test_nothing_is_read_back_when_nothing_was_accepted(write: Write) -> None:
    tenant = Tenant(written=RefusedError("no", status=400, remote_code="1"))
    assert cancel(working(Stage.CANCEL, write, tenant)) == Next(Stage.VERIFY)
    assert tenant.names == [write.call]


BEGUN = HoldingRecord(
    held(HoldingKind.LEGACY_LICENCE, HoldingStatus.SUSPENDED, key="begun", id="id-9"),
    NOW - DAY,
    NOW - DAY,
    actions=(ActionRecord(ActionKind.SUSPEND, 1, "s-9", ActionState.CONFIRMED, NOW - DAY),),
)
"""So the work has begun, and is not decided about anew."""


@each_write
def test_stop_begins_nothing_that_runs_on_unless_a_person_resumed_it(write: Write) -> None:
    stop = {"commitments": Commitments.STOP}
    tenant = Tenant()
    session = session_at(Stage.CANCEL, tenant, (BEGUN, write.record()), wanted={**write.wanted, **stop})
    outcome = cancel(session)
    if write.runs_on:
        assert isinstance(outcome, Attention)
        assert outcome.reason.code == "commitments_remain"
        assert outcome.reason.operator_action
        assert tenant.names == []
        assert cancel(session) == replace(outcome, what_to_do="Resume to wait for the end of what runs on.")
    else:
        assert outcome == Next(Stage.VERIFY)
        assert tenant.names[0] == write.call

    resumed = Tenant()
    assert cancel(working(Stage.CANCEL, write, resumed, wanted=stop, words=(ReasonCode.COMMITMENTS_REMAIN,))) == Next(
        Stage.VERIFY
    )
    assert resumed.names[0] == write.call


def test_one_that_runs_on_among_others_stops_all_of_them() -> None:
    tenant = Tenant()
    records = [BEGUN] + [
        HoldingRecord(held(HoldingKind.NCE_LICENCE, key=f"k{number}", id=f"id-{number}", **fields), NOW, NOW)
        for number, fields in enumerate(({"cancellable_until": NOW + DAY}, LATE))
    ]
    outcome = cancel(session_at(Stage.CANCEL, tenant, records, wanted={"commitments": Commitments.STOP}))

    assert isinstance(outcome, Attention)
    assert tenant.names == []


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("unclear", [False, True])
@pytest.mark.parametrize("kind", [ActionKind.SUSPEND, ActionKind.END_AT_TERM])
@pytest.mark.parametrize(("stage", "run"), [(Stage.SUSPEND, suspend), (Stage.CANCEL, cancel)])
def test_before_the_first_answered_write_it_is_decided_anew(
    state: ActionState, unclear: bool, kind: ActionKind, stage: Stage, run: Any
) -> None:
    """What was only refused, put off, or set to end with its term before the start has begun nothing."""
    action = ActionRecord(kind, 1, "s-9", state, NOW - DAY, retry_at=NOW + DAY if unclear else None)
    records = (replace(BEGUN, actions=(action,)), WRITES[1].record())
    tenant = Tenant()
    outcome = run(session_at(stage, tenant, records, wanted={"commitments": Commitments.STOP}))
    answered = state in (ActionState.ACCEPTED, ActionState.CONFIRMED)
    begun = kind is ActionKind.SUSPEND and (answered or (state is ActionState.INTENDED and unclear))
    assert (tenant.names[: len(INVENTORY)] == INVENTORY) is not begun
    assert (isinstance(outcome, Finish) and outcome.reason.code == "commitments_remain") is not begun


@pytest.mark.parametrize(("stage", "run"), [(Stage.SUSPEND, suspend), (Stage.CANCEL, cancel)])
def test_nothing_begins_on_the_strength_of_an_incomplete_read(stage: Stage, run: Any) -> None:
    tenant = Tenant(subscriptions=Collection((), 5))
    outcome = run(session_at(stage, tenant, (SUSPENSION.record(),), wanted={"commitments": Commitments.STOP}))
    assert isinstance(outcome, Again)
    assert outcome.reason.code == "incomplete_read"
    assert tenant.names == INVENTORY


# After an intent without an answer everything is read before anything is written (I2).

OPEN = ActionRecord(ActionKind.SUSPEND, 1, "s-1", ActionState.INTENDED, NOW)


@pytest.mark.parametrize(
    ("stage", "run", "following"), [(Stage.SUSPEND, suspend, Stage.CANCEL), (Stage.CANCEL, cancel, Stage.VERIFY)]
)
@pytest.mark.parametrize("gone", [False, True])
def test_an_open_intent_is_read_first(stage: Stage, run: Any, following: Stage, *, gone: bool) -> None:
    tenant = Tenant(profile=GONE) if gone else Tenant()
    outcome = run(working(stage, SUSPENSION, tenant, SUSPENSION.record(actions=(OPEN,))))

    # Nothing is written: what is missing now is looked at again first.
    assert outcome == (Next(following, UNREADABLE) if gone else Next(following))
    assert tenant.names == INVENTORY
    assert UNREADABLE.code == "customer_unreadable"


def test_a_customer_who_is_gone_when_it_is_read_back_is_looked_into_by_verify() -> None:
    tenant = Tenant(subscriptions=GONE)
    assert cancel(waiting(WRITES[0], tenant)) == Next(Stage.VERIFY, UNREADABLE)
    assert tenant.names == ["set deleted", "subscriptions"]
