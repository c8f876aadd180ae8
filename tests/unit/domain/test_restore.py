"""What a withdrawal does about one holding, as a truth table: put back, wait, ask, or say what is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions import losses
from shared.domain.decisions.blockers import RESTORES, ActionKind
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.restoration import DONE, Asks, Lost, PutBack, Restoration, Waits, is_ours, may_have_worked
from shared.domain.decisions.restore import restoration, restorations
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import ActionRecord, ActionState, Before, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import NOW, holding

A, K, S, W = ActionKind, HoldingKind, HoldingStatus, ActionState
PACE = Pace()
MINUTE = timedelta(minutes=1)
RENEWS: dict[str, Any] = {"id": "x", "status": "active", "autoRenewEnabled": True}
ENDS: dict[str, Any] = {
    **RENEWS,
    "autoRenewEnabled": False,
    "scheduledActions": [{"scheduleType": "TermEnd", "actionType": "Cancel"}],
}


def act(kind: ActionKind, state: ActionState = W.CONFIRMED, ago: timedelta = MINUTE, **fields: Any) -> ActionRecord:
    answered = None if state is W.INTENDED else NOW - ago
    return ActionRecord(kind, 1, "r", state, NOW - ago, **{"answered_at": answered, **fields})


def record(
    kind: HoldingKind,
    was: HoldingStatus | None,
    now: HoldingStatus,
    *actions: ActionRecord,
    image: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    missing: timedelta | None = None,
    **fields: Any,
) -> HoldingRecord:
    seen = holding(kind, now, **{"image": json.dumps(image or RENEWS), **fields})
    return HoldingRecord(
        seen,
        NOW - timedelta(days=9),
        NOW,
        missing_since=None if missing is None else NOW - missing,
        before_image=json.dumps(before or RENEWS),
        actions=actions,
        before=None if was is None else Before(was, 3),
    )


def decided(found: HoldingRecord, *others: HoldingRecord, given_up: bool = False) -> Restoration:
    every = {item.holding.key: item for item in (found, *others)}
    return restoration(found, Situation(every, Policy(), PACE, NOW), given_up=given_up)


def put(kind: ActionKind) -> PutBack:
    return PutBack(kind)


LEGACY, LICENCE, PLAN, BELOW = K.LEGACY_LICENCE, K.NCE_LICENCE, K.AZURE_PLAN, K.AZURE_SUBSCRIPTION
SUSPENDED, ENDED_AT_TERM = act(A.SUSPEND), act(A.END_AT_TERM)
SWITCHED_ON = act(A.REACTIVATE)
OFF: dict[str, Any] = {"image": ENDS, "auto_renew": False, "ends_at_term": True}
MONTHLY: dict[str, Any] = {**RENEWS, "scheduledNextTermInstructions": {"product": {"termDuration": "P1M"}}}
DRIFTING: dict[str, Any] = {**RENEWS, "autoRenewEnabled": False}

FEWER = record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, target=2), quantity=2)

TABLE: list[tuple[str, HoldingRecord, Restoration | type]] = [
    ("never written to", record(LEGACY, S.ACTIVE, S.SUSPENDED), DONE),
    ("refused, changed by others", record(LEGACY, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND, W.REFUSED)), DONE),
    ("put off, changed by others", record(LEGACY, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND, W.POSTPONED)), DONE),
    ("suspended by us", record(LEGACY, S.ACTIVE, S.SUSPENDED, SUSPENDED), put(A.RESTORE_STATUS)),
    ("older record", record(LEGACY, None, S.SUSPENDED, SUSPENDED), put(A.RESTORE_STATUS)),
    ("back already", record(LEGACY, S.ACTIVE, S.ACTIVE, SUSPENDED), DONE),
    ("plan suspended", record(PLAN, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND_AZURE_PLAN)), put(A.RESTORE_STATUS)),
    ("set to end", record(LICENCE, S.ACTIVE, S.ACTIVE, ENDED_AT_TERM, **OFF), put(A.RESTORE_TERMS)),
    ("set to end, was so", record(LICENCE, S.ACTIVE, S.ACTIVE, ENDED_AT_TERM, before=ENDS, **OFF), DONE),
    ("no image", replace(record(LICENCE, S.ACTIVE, S.ACTIVE, ENDED_AT_TERM, **OFF), before_image=""), DONE),
    ("cancelled", record(LICENCE, S.ACTIVE, S.DELETED, act(A.CANCEL)), Lost),
    ("ended with its term", record(LICENCE, S.ACTIVE, S.DISABLED, ENDED_AT_TERM, term_end=NOW), Lost),
    ("ended before us", record(LICENCE, S.DELETED, S.DELETED, act(A.CANCEL)), DONE),
    ("pending cancelled", record(K.MARKETPLACE, S.PENDING, S.DELETED, act(A.CANCEL)), Lost),
    ("order cancelled", record(K.PERPETUAL_SOFTWARE, S.ACTIVE, S.CANCELLED, act(A.CANCEL_ORDER)), Lost),
    ("returned", record(K.RESERVATION, S.ACTIVE, S.CANCELLED, act(A.RETURN_RESERVATION)), Lost),
    (
        "stopped",
        record(K.RESERVATION, S.ACTIVE, S.ACTIVE, act(A.STOP_RENEWAL), auto_renew=False),
        put(A.RESTORE_RENEWAL),
    ),
    ("renews again", record(K.SAVINGS_PLAN, S.ACTIVE, S.ACTIVE, act(A.STOP_RENEWAL), auto_renew=True), DONE),
    ("return refused", record(K.RESERVATION, S.ACTIVE, S.ACTIVE, act(A.RETURN_RESERVATION, W.REFUSED)), DONE),
    # What was switched on goes back after its terms.
    ("terms first", record(LICENCE, S.SUSPENDED, S.ACTIVE, SWITCHED_ON, before=DRIFTING, **OFF), put(A.RESTORE_TERMS)),
    (
        "then off",
        record(LICENCE, S.SUSPENDED, S.ACTIVE, SWITCHED_ON, before=DRIFTING, image=DRIFTING),
        put(A.RESTORE_SUSPENSION),
    ),
    (
        "older record that was off",
        record(LICENCE, None, S.ACTIVE, SWITCHED_ON, before={**DRIFTING, "Status": "Suspended"}, image=DRIFTING),
        put(A.RESTORE_SUSPENSION),
    ),
    ("is off", record(LICENCE, S.SUSPENDED, S.SUSPENDED, SWITCHED_ON, before=DRIFTING, image=DRIFTING), DONE),
    # On their way.
    ("sent a moment ago", record(LEGACY, S.ACTIVE, S.ACTIVE, act(A.SUSPEND, W.INTENDED)), Waits),
    ("sent, and seen", record(LEGACY, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND, W.INTENDED)), put(A.RESTORE_STATUS)),
    ("accepted, and seen", record(LEGACY, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND, W.ACCEPTED)), put(A.RESTORE_STATUS)),
    (
        "refused after unclear, and seen",
        record(LEGACY, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND, W.REFUSED, tries=2)),
        put(A.RESTORE_STATUS),
    ),
    ("sent long ago", record(LEGACY, S.ACTIVE, S.ACTIVE, act(A.SUSPEND, W.INTENDED, PACE.recheck)), DONE),
    ("accepted", record(BELOW, S.ACTIVE, S.ACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION, W.ACCEPTED)), Waits),
    ("accepted, no effect", record(LEGACY, S.ACTIVE, S.ACTIVE, act(A.SUSPEND, W.ACCEPTED, PACE.settle_deadline)), DONE),
    ("refused after unclear", record(LEGACY, S.ACTIVE, S.ACTIVE, act(A.SUSPEND, W.REFUSED, tries=2)), Waits),
    ("forgiven", record(LEGACY, S.ACTIVE, S.ACTIVE, act(A.SUSPEND, W.FORGIVEN)), DONE),
    (
        "half an end",
        record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.END_AT_TERM, W.ACCEPTED), image=DRIFTING),
        put(A.RESTORE_TERMS),
    ),
    ("no effect yet", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.END_AT_TERM, W.ACCEPTED)), Waits),
    (
        "cancel still to show",
        record(LICENCE, S.ACTIVE, S.ACTIVE, ENDED_AT_TERM, act(A.CANCEL, W.ACCEPTED), **OFF),
        Waits,
    ),
    # Missing.
    ("missed once", record(LEGACY, S.ACTIVE, S.SUSPENDED, SUSPENDED, missing=MINUTE), Waits),
    ("gone", record(LEGACY, S.ACTIVE, S.SUSPENDED, SUSPENDED, missing=PACE.vanish_proof), Lost),
    # Azure.
    (
        "Azure off",
        record(BELOW, S.ACTIVE, S.INACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION)),
        put(A.REACTIVATE_AZURE_SUBSCRIPTION),
    ),
    ("Azure was off", record(BELOW, S.INACTIVE, S.INACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION)), DONE),
    ("Azure was warned", record(BELOW, S.SUSPENDED, S.INACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION)), Lost),
    ("Azure is on", record(BELOW, S.SUSPENDED, S.ACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION)), DONE),
    # Seats.
    ("seats given back", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, target=2), quantity=2), Lost),
    ("not given back", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, W.REFUSED, target=2), quantity=2), DONE),
    ("seats as before", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, target=2), quantity=3), DONE),
    ("how many is not shown", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, target=2)), DONE),
    ("how many were is not kept", record(LICENCE, None, S.ACTIVE, act(A.REDUCE_SEATS, target=2), quantity=2), DONE),
    (
        "terms before seats",
        record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.REDUCE_SEATS, target=2), quantity=2, **OFF),
        put(A.RESTORE_TERMS),
    ),
    ("monthly", record(LICENCE, S.ACTIVE, S.ACTIVE, act(A.RENEW_MONTHLY), image=MONTHLY), put(A.RESTORE_TERMS)),
    # Our own way back.
    ("pending now", record(LICENCE, S.ACTIVE, S.PENDING, ENDED_AT_TERM, **OFF), Waits),
    ("pending as before", record(K.MARKETPLACE, S.PENDING, S.PENDING, act(A.CANCEL, W.FORGIVEN)), DONE),
    ("unknown", record(LEGACY, S.ACTIVE, S.UNKNOWN, SUSPENDED, raw_status="odd"), Asks),
]


@pytest.mark.parametrize(("found", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_table(found: HoldingRecord, expected: Restoration | type) -> None:
    verdict = decided(found)

    assert isinstance(verdict, expected) if isinstance(expected, type) else verdict == expected
    assert restorations(Situation({"k": found}, Policy(), PACE, NOW)) == {"k": verdict}


BACK = record(LEGACY, S.ACTIVE, S.SUSPENDED, SUSPENDED)
AGAIN = put(A.RESTORE_STATUS)
LATER = NOW + MINUTE
WORN: dict[str, Any] = {"tries": PACE.faults_before_attention}
TRIES: list[tuple[str, ActionRecord, Restoration | type, Restoration | type]] = [
    ("accepted", act(A.RESTORE_STATUS, W.ACCEPTED), Waits, Waits),
    ("no effect", act(A.RESTORE_STATUS, W.ACCEPTED, PACE.settle_deadline), Asks, Lost),
    ("changed back", act(A.RESTORE_STATUS, W.CONFIRMED), AGAIN, AGAIN),
    ("not sent", act(A.RESTORE_STATUS, W.INTENDED), AGAIN, AGAIN),
    ("unanswered", act(A.RESTORE_STATUS, W.INTENDED, retry_at=LATER), Waits, Waits),
    ("due again", act(A.RESTORE_STATUS, W.POSTPONED, retry_at=NOW), AGAIN, AGAIN),
    ("put off", act(A.RESTORE_STATUS, W.POSTPONED, retry_at=LATER), Waits, Waits),
    ("put off for days", act(A.RESTORE_STATUS, W.POSTPONED, retry_at=LATER, **WORN), Asks, Lost),
    ("refused for good", act(A.RESTORE_STATUS, W.REFUSED), Lost, Lost),
    ("refused", act(A.RESTORE_STATUS, W.REFUSED, retry_at=LATER), Asks, Lost),
    ("refused, due", act(A.RESTORE_STATUS, W.REFUSED, retry_at=NOW), AGAIN, Lost),
    ("forgiven", act(A.RESTORE_STATUS, W.FORGIVEN), AGAIN, AGAIN),
]


@pytest.mark.parametrize(("last", "expected", "given_up"), [row[1:] for row in TRIES], ids=[row[0] for row in TRIES])
def test_the_way_back_is_tried_and_given_up_at_a_word_only(
    last: ActionRecord, expected: Restoration | type, given_up: Restoration | type
) -> None:
    found = replace(BACK, actions=(SUSPENDED, last))
    for word, wanted in ((False, expected), (True, given_up)):
        verdict = decided(found, given_up=word)
        assert isinstance(verdict, wanted) if isinstance(wanted, type) else verdict == wanted


def test_a_wait_knows_its_date_and_a_question_says_what_to_do() -> None:
    tried = act(A.RESTORE_STATUS, W.POSTPONED, retry_at=LATER, status=409, code="27009", detail="its base is off")
    assert decided(replace(BACK, actions=(SUSPENDED, tried))) == Waits(
        f"the restart of {BACK.holding.name} is tried again: 409 27009 its base is off", LATER
    )
    refused = act(A.RESTORE_STATUS, W.REFUSED, retry_at=LATER, code="2032", advice="Give the role, then resume.")
    assert decided(replace(BACK, actions=(SUSPENDED, refused))) == Asks(
        f"{BACK.holding.name} is not back: the restart was refused: 2032", "Give the role, then resume.", LATER
    )
    lost = decided(replace(BACK, actions=(SUSPENDED, replace(refused, retry_at=None))))
    assert isinstance(lost, Lost)
    assert lost.item.what_to_do == "Give the role."


# Parents before children.

REFUSED_NOW = act(A.RESTORE_STATUS, W.REFUSED, retry_at=LATER)

ABOVE: dict[str, Any] = {"id": "plan-1", "key": "subscription:plan-1"}
CHILD = record(BELOW, S.ACTIVE, S.INACTIVE, act(A.CANCEL_AZURE_SUBSCRIPTION), parent_id="PLAN-1")
ADD_ON = record(LEGACY, S.ACTIVE, S.SUSPENDED, SUSPENDED, parent_id="plan-1")


@pytest.mark.parametrize("child", [CHILD, ADD_ON])
@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        (record(PLAN, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND_AZURE_PLAN), **ABOVE), Waits),
        (record(PLAN, S.ACTIVE, S.ACTIVE, act(A.SUSPEND_AZURE_PLAN), **ABOVE), PutBack),
        (record(PLAN, S.SUSPENDED, S.SUSPENDED, **ABOVE), PutBack),
        (record(PLAN, S.ACTIVE, S.DELETED, act(A.CANCEL), **ABOVE), Lost),
        (record(PLAN, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND), REFUSED_NOW, **ABOVE), Asks),
    ],
    ids=["still off", "back", "off by others: tried, and refused if it is", "lost", "asks"],
)
def test_what_is_carried_waits_for_what_carries_it(child: HoldingRecord, parent: HoldingRecord, expected: type) -> None:
    assert isinstance(decided(child, parent), expected)


def test_what_is_on_waits_for_nothing() -> None:
    off = record(PLAN, S.ACTIVE, S.SUSPENDED, act(A.SUSPEND_AZURE_PLAN), **ABOVE)
    terms = record(LICENCE, S.ACTIVE, S.ACTIVE, ENDED_AT_TERM, parent_id="plan-1", **OFF)

    assert decided(terms, off) == put(A.RESTORE_TERMS)


def test_an_add_on_that_its_base_took_along_is_ours_and_an_azure_subscription_is_not() -> None:
    base = record(LEGACY, S.ACTIVE, S.ACTIVE, SUSPENDED, **ABOVE)
    taken = replace(ADD_ON, actions=())
    assert decided(taken, base) == AGAIN
    assert decided(taken, replace(base, actions=(act(A.SUSPEND, W.REFUSED),))) == DONE
    assert decided(taken, replace(base, actions=(ENDED_AT_TERM,))) == DONE
    plan = record(PLAN, S.ACTIVE, S.ACTIVE, act(A.SUSPEND), **ABOVE)
    assert decided(replace(CHILD, actions=()), plan) == DONE
    assert not is_ours(taken, Situation({}, Policy(), PACE, NOW))
    gone = replace(taken, holding=replace(taken.holding, status=S.DELETED))
    lost = decided(gone, base)
    assert isinstance(lost, Lost)
    assert "end of its base subscription" in lost.item.sentence


def test_two_that_name_each_other_are_decided_too() -> None:
    first = replace(ADD_ON, holding=replace(ADD_ON.holding, id="a", key="a", parent_id="b"))
    second = replace(ADD_ON, holding=replace(ADD_ON.holding, id="b", key="b", parent_id="a"))

    assert isinstance(decided(first, second), Waits)


@pytest.mark.parametrize("state", ActionState)
def test_only_a_first_try_that_was_refused_or_put_off_has_certainly_changed_nothing(state: ActionState) -> None:
    assert may_have_worked(act(A.CANCEL, state)) is (state not in (W.REFUSED, W.POSTPONED))
    assert may_have_worked(act(A.CANCEL, state, tries=2))


def test_what_nobody_understands_is_given_up_at_a_word() -> None:
    odd = record(LEGACY, S.ACTIVE, S.UNKNOWN, SUSPENDED, raw_status="odd")

    assert isinstance(decided(odd, given_up=True), Lost)


def test_what_is_lost_says_how_many_to_buy_again() -> None:
    lost = decided(record(LICENCE, S.ACTIVE, S.DELETED, act(A.CANCEL), name="E5", raw_status="deleted"))

    assert isinstance(lost, Lost)
    assert lost.item.sentence == "E5 (3 units) is 'deleted' after the cancellation, which nothing takes back"
    assert lost.item.what_to_do == "Buy it again, if the customer needs it: 3 × E5."
    one = decided(replace(record(LICENCE, None, S.DELETED, act(A.CANCEL), name="E5"), before=None))
    assert isinstance(one, Lost)
    assert one.item.sentence.startswith("E5 is 'deleted'")


def test_what_puts_back_is_named_so() -> None:
    named = {kind for kind in A if kind.value.startswith("restore")}

    assert named | {A.REACTIVATE_AZURE_SUBSCRIPTION} == RESTORES


@pytest.mark.parametrize(
    ("quantity", "shown"), [(None, "E5 is off"), (0, "E5 is off"), (1, "E5 is off"), (2, "E5 (2 units) is off")]
)
def test_more_than_one_unit_is_counted(quantity: int | None, shown: str) -> None:
    assert NotRestored("k", "E5", quantity, "is off", "Buy it.").sentence == shown


AFTER = "is 'gone' after the {}, which nothing takes back"


@pytest.mark.parametrize(
    ("actions", "end", "why"),
    [
        ((ENDED_AT_TERM,), NOW, "ended with its term on 2026-06-01 and is 'gone'"),
        ((ENDED_AT_TERM,), None, AFTER.format(PHRASES[A.END_AT_TERM])),
        ((ENDED_AT_TERM, act(A.RESTORE_TERMS)), NOW, "ended with its term on 2026-06-01 and is 'gone'"),
        ((ENDED_AT_TERM, act(A.CANCEL)), NOW, AFTER.format("cancellation")),
        ((act(A.CANCEL), ENDED_AT_TERM), NOW, "ended with its term on 2026-06-01 and is 'gone'"),
        ((act(A.CANCEL),), NOW, AFTER.format("cancellation")),
        ((), NOW, AFTER.format("end of its base subscription")),
        ((act(A.RESTORE_TERMS),), NOW, AFTER.format("end of its base subscription")),
    ],
)
def test_what_has_ended_says_by_what(actions: tuple[ActionRecord, ...], end: datetime | None, why: str) -> None:
    found = record(LICENCE, S.ACTIVE, S.DISABLED, *actions, term_end=end, name="E5", raw_status="gone")
    lost = losses.ended(found)
    assert (lost.why, lost.what_to_do) == (why, "Buy it again, if the customer needs it: 3 × E5.")
    unnamed = replace(found, holding=replace(found.holding, raw_status=""))
    assert "is 'disabled'" in losses.ended(unnamed).why


E5 = record(LICENCE, S.ACTIVE, S.DELETED, name="E5")
BASE = record(LEGACY, S.ACTIVE, S.DELETED, name="E1")
BUY = "Buy it again, if the customer needs it: 3 × E5."


@pytest.mark.parametrize(
    ("tell", "why", "what_to_do"),
    [
        (
            lambda: losses.seats(E5, 1),
            "has 1 seat fewer, which were given back",
            "Add 1 seat to E5, if the customer needs them.",
        ),
        (
            lambda: losses.seats(E5, 2),
            "has 2 seats fewer, which were given back",
            "Add 2 seats to E5, if the customer needs them.",
        ),
        (lambda: losses.vanished(E5), "is not listed any more since it was written to", BUY),
        (lambda: losses.refused(E5, "was refused", ""), "was refused", "Put it back by hand in Partner Center."),
        (lambda: losses.refused(E5, "was refused", "Ask, then resume."), "was refused", "Ask."),
        (lambda: losses.refused(E5, "x" * 500, "Ask."), "x" * 399 + "…", "Ask."),
        (lambda: losses.without_parent(E5, BASE), "cannot be switched on without E1, which is not back", BUY),
        (
            lambda: losses.was_off(E5, S.SUSPENDED),
            "was suspended before it was cancelled, and was not switched on",
            "Switch it on in Azure, if it is needed; its administrator can while its plan is active.",
        ),
        (
            lambda: losses.relationship_gone(E5),
            "was written to, and cannot be reached: the relationship has ended",
            "Invite the customer again with a relationship request, then put it back by hand.",
        ),
    ],
)
def test_each_loss_says_why_and_what_to_do(tell: Callable[[], NotRestored], why: str, what_to_do: str) -> None:
    assert tell() == NotRestored(E5.holding.key, "E5", 3, why, what_to_do)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (K.RESERVATION, "Buy the reservation again in Azure, if the customer needs it"),
        (K.PERPETUAL_SOFTWARE, "Order the software again, if the customer needs it"),
        (K.MARKETPLACE, "Buy it again in the marketplace, if the customer needs it"),
        (K.SAVINGS_PLAN, "Buy it again, if the customer needs it"),
    ],
)
@pytest.mark.parametrize(("quantity", "of"), [(None, "E5"), (0, "E5"), (1, "1 × E5"), (7, "7 × E5")])
def test_what_is_bought_again_is_named_by_its_kind_and_as_last_seen_where_nothing_was_kept(
    kind: HoldingKind, what: str, quantity: int | None, of: str
) -> None:
    gone = losses.vanished(record(kind, None, S.DELETED, name="E5", quantity=quantity))
    assert (gone.what_to_do, gone.quantity) == (f"{what}: {of}.", quantity)
