"""What is forgotten of an old offboarding, what stays, and that nothing is forgotten that somebody still waits for."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.approval import Approval
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import ActionRecord, ActionState, Override
from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.record import Customer, Offboarding, Proof, Reason, Withdrawal
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.ports.store import KEEP_FOR, Change
from shared.upkeep import retention
from shared.upkeep.retention import forget_expired, without_detail, without_names, without_person
from tests.unit.support.heads import CUSTOMER, HOUR, IDENTITY, NOW, SECOND, head_of, keep, kept, licence

NAME = "Contoso"
BLOCKER = Blocker("subscription:a", NAME, Cause.IN_TERM, Remedy.DATE, NAME, NAME, until=NOW, paid_until=NOW)
ACTION = ActionRecord(ActionKind.CANCEL, 2, "m-1", ActionState.REFUSED, NOW, NOW, 400, "800002", NAME)
BY = Actor(ActorType.PERSON, "0be7a704-0000-4000-8000-0000000be7a7", NAME)
NAMELESS = replace(BY, name="(forgotten)")
ENTRY = TimelineEntry(1, NOW, Who.OPERATOR, Stage.VERIFY, "resumed", NAME, "subscription:a", 200, "m-1", BY)
SAID = Override(Cause.VANISHED, "seen", NAME, NAME, NOW, BY)
RECORD = licence("a", HOUR, before_image=NAME, actions=(ACTION, replace(ACTION, n=3)), blocker=BLOCKER)
RECORD = replace(RECORD, holding=replace(RECORD.holding, name=NAME, note=NAME, image=NAME))
OLD = head_of(
    Status.REMOVED,
    None,
    updated_at=NOW - KEEP_FOR,
    customer=Customer(CUSTOMER, NAME, NAME),
    reason=Reason(ReasonCode.REMOVED, NAME, NAME),
    blockers=(BLOCKER,),
    removal=RemovalIntent(1, "m-2", NOW, RemovalState.ACCEPTED, NOW, 200, "ok", NAME),
    proofs=(Proof("customer_list", True, NAME, NOW),),
    requester=BY,
    withdrawal=Withdrawal(BY, NAME, NOW),
    approval=Approval(BY, NAME, NOW, "d" * 64, ("subscription:a:cancel",)),
)
OLD = replace(
    OLD,
    request=replace(
        OLD.request, requested_by=NAME, reason=NAME, domain=NAME, company_name=NAME, approval_reference=NAME
    ),
)


def test_of_a_head_the_person_and_every_sentence_go_and_the_facts_stay() -> None:
    left = without_person(OLD)

    assert NAME not in repr(left)
    assert (left.id, left.status, left.customer_id, left.updated_at) == (
        IDENTITY,
        Status.REMOVED,
        CUSTOMER,
        NOW - KEEP_FOR,
    )
    assert (left.request.request_id, left.request.fingerprint) == ("req-1", "f" * 64)
    assert (left.request.requested_by, left.request.reason) == ("(forgotten)", "(forgotten)")
    assert (left.request.domain, left.request.company_name) == (None, None)
    assert left.request.approval_reference == "(forgotten)"
    assert left.reason == Reason(ReasonCode.REMOVED, "(forgotten)")
    assert left.customer == Customer(CUSTOMER, "(forgotten)", "(forgotten)")
    assert left.blockers == (replace(BLOCKER, name="", detail="", what_to_do=""),)
    assert left.removal == RemovalIntent(1, "m-2", NOW, RemovalState.ACCEPTED, NOW, 200, "ok", "")
    assert left.proofs == (Proof("customer_list", True, "", NOW),)
    assert left.requester == NAMELESS
    assert left.withdrawal == Withdrawal(NAMELESS, "(forgotten)", NOW)
    assert left.approval == Approval(NAMELESS, "(forgotten)", NOW, "d" * 64, ("subscription:a:cancel",))


def test_of_a_head_the_sentences_about_what_survives_go_too() -> None:
    head = replace(
        OLD,
        survivors=(f"Perpetual software stays licensed to the customer: {NAME}.",),
        stopped_for=f"{NAME} is outside its cancellation window",
    )
    assert NAME not in repr(without_person(head))


def test_a_head_without_any_of_it_stays_as_it_is() -> None:
    bare = head_of(Status.REJECTED, None, customer=None, reason=None)
    left = without_person(bare)
    assert (left.reason, left.customer, left.blockers, left.removal, left.proofs) == (None, None, (), None, ())
    assert (left.requester, left.withdrawal, left.approval) == (None, None, None)


def test_of_an_entry_only_the_words_go() -> None:
    assert without_detail(ENTRY) == replace(ENTRY, detail="", by=NAMELESS)
    assert without_detail(replace(ENTRY, by=None)) == replace(ENTRY, detail="", by=None)


def test_of_a_holding_names_and_images_go_and_what_was_done_stays() -> None:
    left = without_names(RECORD)

    assert NAME not in repr(left) + left.before_image + left.holding.image
    assert left.actions == (replace(ACTION, detail=""), replace(ACTION, n=3, detail=""))
    assert left.blocker == replace(BLOCKER, name="", detail="", what_to_do="")
    assert (left.holding.key, left.holding.term_end) == (RECORD.holding.key, RECORD.holding.term_end)
    assert without_names(replace(RECORD, blocker=None)).blocker is None


def test_of_a_persons_word_what_it_was_about_stays() -> None:
    left = without_names(replace(RECORD, override=SAID)).override
    assert left == replace(SAID, by="(forgotten)", why="(forgotten)", actor=NAMELESS)
    assert NAME not in repr(left)


def old(head: Offboarding = OLD, *, owed: tuple[OutboundMessage, ...] = ()) -> World:
    world = World()
    stored = keep(world, head, RECORD, owed=owed)
    world.store.commit(Change(head, stored.etag, timeline=(ENTRY,)))
    return world


def test_an_old_one_is_forgotten_once_with_all_that_lies_beside_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = old()
    assert [forget_expired(world.services) for _ in range(2)] == [1, 0]

    assert kept(world) == without_person(OLD)
    assert world.store.timeline(IDENTITY) == [without_detail(ENTRY)]
    assert world.store.holdings(IDENTITY) == {RECORD.holding.key: without_names(RECORD)}
    assert [record.__dict__["offboardingId"] for record in caplog.records] == [IDENTITY]


@pytest.mark.parametrize(("age", "forgotten"), [(KEEP_FOR, 1), (KEEP_FOR - SECOND, 0)])
def test_nothing_is_forgotten_before_its_time(age: timedelta, forgotten: int) -> None:
    assert forget_expired(old(replace(OLD, updated_at=NOW - age)).services) == forgotten


@pytest.mark.parametrize("status", Status)
def test_only_what_has_ended_is_forgotten(
    status: Status, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the store says is expired: it may have changed, or be gone, since it was listed."""
    world = old(replace(OLD, status=status))
    mocker.patch.object(world.store, "expired", return_value=[IDENTITY, "o-9"])
    assert forget_expired(world.services) == (status in TERMINAL)
    assert (kept(world).request.requested_by == "(forgotten)") is (status in TERMINAL)
    assert caplog.records == []


def test_what_is_still_owed_is_sent_first() -> None:
    """It is somebody's answer."""
    message = OutboundMessage("e-1", Destination.EVENTS, b"{}", NOW)
    world = old(owed=(message,))
    assert forget_expired(world.services) == 0
    world.store.clear_outbox(IDENTITY, ["e-1"])
    assert forget_expired(world.services) == 1


def test_a_round_is_bounded() -> None:
    world = World()
    for number in range(retention.AT_A_TIME + 5):
        keep(world, replace(OLD, id=f"o-{number}"))
    assert [forget_expired(world.services) for _ in range(3)] == [retention.AT_A_TIME, 5, 0]


@pytest.mark.parametrize(
    ("error", "level"), [(ConcurrencyConflictError("newer"), "INFO"), (ZeroDivisionError(), "ERROR")]
)
def test_one_that_fails_does_not_stop_the_others(
    error: Exception, level: str, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world = World()
    for number in range(3):
        keep(world, replace(OLD, id=f"o-{number}"))
    forget = world.store.forget

    def unlucky(change: Change) -> None:
        if change.offboarding.id == "o-0":
            raise error
        forget(change)

    mocker.patch.object(world.store, "forget", unlucky)
    assert forget_expired(world.services) == 2
    assert [item.levelname for item in caplog.records if item.__dict__["offboardingId"] == "o-0"] == [level]
