"""The head of the record: the moves in full, which states rest, and what a removal's answer means (I3, I4)."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.moves import move
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.restored import RESTORE_CODES, Provenance, Restored
from shared.domain.offboarding.states import MOVES, RUNNABLE, STAGE_MOVES, TERMINAL, IllegalMoveError, Stage, Status
from shared.domain.policy import Commitments
from tests.unit.domain.support import LATER, NOW
from tests.unit.support.heads import head_of

REQUEST = OffboardingRequest("r", "c-1", "d", None, "x", "y", False, None, Commitments.WAIT, "r", "f")

FIRST = (
    "planning awaiting_approval scheduled running needs_attention planned stopped rejected joined already_removed"
    " withdrawn restoring"
)
"""What becomes of an offboarding that has not begun to work."""
WORKING = (
    "planning awaiting_approval running waiting needs_attention restoring withdrawn removed already_removed stopped"
)
ALLOWED = {
    "received": FIRST,
    "planning": FIRST,
    "scheduled": FIRST,
    "awaiting_approval": f"{FIRST} {WORKING}",
    "running": WORKING,
    "waiting": WORKING,
    "needs_attention": "planning awaiting_approval running waiting needs_attention restoring withdrawn",
    "restoring": "restoring needs_attention withdrawn stopped",
}
FOLLOWED_BY = {
    "plan": "plan suspend confirm restore",
    "suspend": "suspend cancel restore plan",
    "cancel": "cancel verify restore plan",
    "verify": "verify suspend cancel remove confirm restore plan",
    "remove": "remove verify confirm restore plan",
    "confirm": "confirm verify plan restore",
    "restore": "restore",
}
RESTING = {"removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn"}


def offboarding(status: Status = Status.RUNNING, stage: Stage | None = Stage.VERIFY) -> Offboarding:
    return Offboarding("o", REQUEST, status, stage, NOW, NOW)


def allowed(status: Status, target: Status) -> bool:
    try:
        move(offboarding(status), LATER, status=target, stage=None)
    except IllegalMoveError:
        return False
    return True


@pytest.mark.parametrize("status", Status)
def test_every_status_leads_where_it_may_and_nowhere_else(status: Status) -> None:
    assert {target for target in Status if allowed(status, target)} == set(ALLOWED.get(status, "").split())
    assert MOVES[status] == set(ALLOWED.get(status, "").split())


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_leads_where_it_may_and_nowhere_else(stage: Stage) -> None:
    assert STAGE_MOVES[stage] == set(FOLLOWED_BY[stage].split())
    for target in Stage:
        if target in STAGE_MOVES[stage]:
            assert move(offboarding(stage=stage), LATER, status=Status.RUNNING, stage=target).stage is target
        else:
            with pytest.raises(IllegalMoveError, match=f"stage {stage} cannot be followed by {target}"):
                move(offboarding(stage=stage), LATER, status=Status.RUNNING, stage=target)


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_may_begin_and_may_end_anywhere(stage: Stage) -> None:
    assert move(offboarding(stage=None), LATER, status=Status.RUNNING, stage=stage).stage is stage
    assert move(offboarding(stage=stage), LATER, status=Status.RUNNING, stage=None).stage is None


def test_the_refusal_of_a_move_names_both_states() -> None:
    with pytest.raises(IllegalMoveError, match="removed cannot become running") as caught:
        move(offboarding(Status.REMOVED), LATER, status=Status.RUNNING, stage=Stage.VERIFY)

    assert caught.value.code == "illegal_move"


def test_a_move_changes_what_it_says_and_nothing_else() -> None:
    before = replace(
        offboarding(),
        attempt=7,
        reason=Reason(ReasonCode.NO_PROGRESS, "x"),
        next_attempt_at=NOW,
        words=(ReasonCode.REFUSED,),
    )
    at, reason = LATER + timedelta(hours=1), Reason(ReasonCode.IN_TERM, "runs on", "Wait.")
    after = move(before, LATER, status=Status.WAITING, stage=Stage.CANCEL, reason=reason, next_attempt_at=at)

    changed = replace(before, status=Status.WAITING, stage=Stage.CANCEL, reason=reason, next_attempt_at=at)
    assert after == replace(changed, updated_at=LATER, stage_since=LATER)


def test_a_stage_is_entered_once_however_often_it_waits() -> None:
    entered = move(offboarding(), LATER, status=Status.RUNNING, stage=Stage.CANCEL)
    later = LATER + timedelta(days=9)
    stayed = move(entered, later, status=Status.WAITING, stage=Stage.CANCEL)
    left = move(stayed, later, status=Status.RUNNING, stage=Stage.VERIFY)

    assert (entered.stage_since, stayed.stage_since, left.stage_since) == (LATER, LATER, later)


def test_a_move_without_a_reason_and_a_date_clears_both() -> None:
    before = replace(offboarding(), reason=Reason(ReasonCode.NO_PROGRESS, "x"), next_attempt_at=NOW)
    after = move(before, LATER, status=Status.RUNNING, stage=Stage.VERIFY)

    assert (after.reason, after.next_attempt_at) == (None, None)


@pytest.mark.parametrize("status", Status)
def test_terminal_and_runnable_states(status: Status) -> None:
    assert (status in TERMINAL) is (status in RESTING)
    assert offboarding(status).finished is (status in RESTING)
    assert (status in RUNNABLE) is not (status in RESTING or status == "needs_attention")


def test_a_fresh_intent_presumes_nothing() -> None:
    fresh = RemovalIntent(1, "r", NOW)

    assert (fresh.tries, fresh.accepted_before, fresh.state, fresh.answered_at) == (
        1,
        False,
        RemovalState.INTENDED,
        None,
    )


def test_the_identified_customer_comes_before_the_requested_one() -> None:
    named = offboarding()

    assert named.customer_id == "c-1"
    assert replace(named, customer=Customer("c-2", "Contoso", "contoso.example")).customer_id == "c-2"
    assert replace(named, request=replace(REQUEST, customer_id=None)).customer_id is None


def test_a_fresh_offboarding_starts_all_counters_at_nothing() -> None:
    fresh = offboarding()

    assert [getattr(Counters(), item.name) for item in fields(Counters)] == [0, 0, 0, 0]
    assert (fresh.counters, fresh.attempt, fresh.blocker_count, fresh.timeline_length) == (Counters(), 0, 0, 0)
    assert (fresh.words, fresh.claim, fresh.removal, fresh.blockers, fresh.proofs) == ((), None, None, (), ())


def test_the_words_that_are_stored_stay_as_they_are() -> None:
    assert list(Stage) == ["plan", "suspend", "cancel", "verify", "remove", "confirm", "restore"]
    assert set(Status) == set(ALLOWED) | RESTING


UNSIGNED, DIFFERS = Provenance.UNSIGNED, Provenance.DIFFERS


@pytest.mark.parametrize(
    ("restored", "words", "held"),
    [
        (None, (), False),
        (Restored("s", NOW, NOW), (), True),
        (Restored("s", NOW, NOW), (ReasonCode.RECORD_RESTORED,), True),
        (Restored("s", NOW, NOW, whole=True), (), True),
        (Restored("s", NOW, NOW, whole=True), (ReasonCode.RECORD_RESTORED,), False),
        (Restored("s", NOW, NOW, whole=True, provenance=UNSIGNED), (ReasonCode.RECORD_RESTORED,), True),
        (Restored("s", NOW, NOW, whole=True, provenance=UNSIGNED), (ReasonCode.RECORD_UNSIGNED,), False),
        (Restored("s", NOW, NOW, whole=True, provenance=DIFFERS), tuple(RESTORE_CODES), True),
    ],
)
def test_what_was_restored_is_held_until_it_is_whole_and_a_person_has_spoken(
    restored: Restored | None, words: tuple[ReasonCode, ...], held: bool
) -> None:
    assert head_of(restored=restored, words=words).held_by_restore is held


def test_only_what_differs_from_its_evidence_differs() -> None:
    assert not head_of().differs
    assert not head_of(restored=Restored("s", NOW, NOW, provenance=UNSIGNED)).differs
    assert head_of(restored=Restored("s", NOW, NOW, provenance=DIFFERS)).differs


def test_a_stored_restore_of_before_was_signed_by_nobody_and_asks_as_it_did() -> None:
    assert Restored("s", NOW, NOW).code is ReasonCode.RECORD_RESTORED
