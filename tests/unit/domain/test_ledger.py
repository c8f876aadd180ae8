"""What a record keeps of observations and actions: nothing is forgotten, and only a visible effect closes an action."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from shared.domain.decisions.blockers import RESTORES, ActionKind
from shared.domain.holdings.ledger import (
    ActionRecord,
    ActionState,
    Before,
    HoldingRecord,
    effect_visible,
    forgive,
    next_number,
    observe,
    without_old_refusals,
)
from shared.domain.holdings.model import ENDED, Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
PACE = Pace()
TICK = timedelta(microseconds=1)
ITEM = holding(K.NCE_LICENCE, S.ACTIVE, auto_renew=True, image="{}")


def acted(kind: ActionKind = A.SUSPEND, state: ActionState = T.ACCEPTED, n: int = 1, **fields: object) -> ActionRecord:
    return replace(ActionRecord(kind, n, f"r-{n}", state, EARLIER), **fields)  # type: ignore[arg-type]


def known(*actions: ActionRecord, item: Holding = ITEM, **fields: object) -> HoldingRecord:
    return replace(HoldingRecord(item, EARLIER, EARLIER, before_image="first", actions=actions), **fields)  # type: ignore[arg-type]


# What counts as the effect of an action.

SHOWN_BY_STATUS: dict[ActionKind, set[HoldingStatus]] = {kind: set() for kind in A} | {
    A.SUSPEND: {S.SUSPENDED},
    A.SUSPEND_AZURE_PLAN: {S.SUSPENDED},
    A.REACTIVATE: {S.ACTIVE},
    A.RESTORE_STATUS: {S.ACTIVE},
    A.REACTIVATE_AZURE_SUBSCRIPTION: {S.ACTIVE},
    A.RESTORE_SUSPENSION: {S.SUSPENDED},
    # It is on, and it renews.
    A.RESTORE_RENEWAL: set(S) - ENDED,
}


@pytest.mark.parametrize("kind", A)
def test_an_effect_shows_in_the_right_status_or_in_one_that_is_over(kind: ActionKind) -> None:
    shown = {status for status in S if effect_visible(kind, replace(ITEM, status=status))}

    assert shown == SHOWN_BY_STATUS[kind] | (set() if kind in RESTORES else ENDED)


@pytest.mark.parametrize("kind", [A.STOP_RENEWAL, A.END_AT_TERM, A.CANCEL, A.RETURN_RESERVATION, A.CANCEL_ORDER])
def test_what_runs_on_is_judged_by_its_renewal_alone(kind: ActionKind) -> None:
    statuses = (S.ACTIVE, S.PENDING, S.SUSPENDED, S.UNKNOWN)
    for status, auto_renew, ends in product(statuses, (True, False, None), (True, False)):
        item = replace(ITEM, status=status, auto_renew=auto_renew, ends_at_term=ends)
        shown = {A.STOP_RENEWAL: auto_renew is False, A.END_AT_TERM: ends}.get(kind, False)

        assert effect_visible(kind, item) is shown, (status, auto_renew, ends)


# Observations.


def test_an_observation_of_nothing_about_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="record or a holding"):
        observe(None, None, NOW)


def test_the_first_observation_keeps_the_image_and_nothing_else_is_presumed() -> None:
    found = observe(None, ITEM, NOW)

    assert found == HoldingRecord(ITEM, NOW, NOW, None, "{}", (), before=Before(ITEM.status, ITEM.quantity))
    assert (found.missing_since, found.stayed, found.no_refund, found.last) == (None, False, False, None)


@pytest.mark.parametrize("seen", [ITEM, replace(ITEM, status=S.SUSPENDED), replace(ITEM, status=S.DELETED)])
def test_what_nothing_was_done_about_is_only_observed(seen: Holding) -> None:
    changed_at = EARLIER if seen == ITEM else NOW

    before = None if seen == ITEM else Before(seen.status, seen.quantity)

    image = "first" if seen == ITEM else seen.image
    expected = replace(known(), holding=seen, changed_at=changed_at, before=before, before_image=image)

    assert observe(known(), seen, NOW) == expected


def test_what_others_changed_before_the_first_write_is_what_would_be_put_back() -> None:
    seen = replace(ITEM, status=S.SUSPENDED, quantity=3, image='{"later":true}')
    untouched, written = observe(known(), seen, NOW), observe(known(acted()), seen, NOW)

    assert (untouched.before, untouched.before_image) == (Before(S.SUSPENDED, 3), seen.image)
    assert (written.before, written.before_image) == (None, known().before_image)


@pytest.mark.parametrize(
    ("image", "shows"), [('{"autoRenewEnabled":true}', True), ('{"autoRenewEnabled":false}', False)]
)
def test_terms_are_back_when_the_image_says_what_it_said_before(image: str, shows: bool) -> None:
    before = known(acted(A.RESTORE_TERMS), before_image='{"AutoRenewEnabled":true,"scheduledActions":null}')
    after = observe(before, replace(ITEM, image=image), NOW)

    assert after.last is not None
    assert after.last.state is (T.CONFIRMED if shows else T.ACCEPTED)


def test_what_is_missed_is_missing_since_the_first_time() -> None:
    before = known(acted())
    missed = observe(before, None, NOW)

    assert missed == replace(before, missing_since=NOW)
    assert observe(missed, None, LATER) is missed


def test_nothing_new_changes_nothing() -> None:
    before = known(acted())

    assert observe(before, ITEM, NOW) is before


def test_a_change_is_dated_and_the_first_image_and_the_actions_stay() -> None:
    before, other = known(acted()), replace(ITEM, quantity=7)

    assert observe(before, other, NOW) == replace(before, holding=other, changed_at=NOW)


@pytest.mark.parametrize("seen", [ITEM, replace(ITEM, quantity=7)])
def test_what_comes_back_is_missing_no_more(seen: Holding) -> None:
    before = known(acted(), missing_since=EARLIER)

    assert observe(before, seen, NOW) == replace(before, holding=seen, missing_since=None, changed_at=NOW)


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize("visible", [True, False])
def test_only_an_open_or_accepted_action_is_closed_by_its_effect(state: ActionState, visible: bool) -> None:
    before, seen = known(acted(A.SUSPEND, state)), replace(ITEM, status=S.SUSPENDED if visible else S.ACTIVE)
    closed = visible and state in {T.INTENDED, T.ACCEPTED}
    last = observe(before, seen, NOW).last

    assert last is not None
    assert last.state is (T.CONFIRMED if closed else state)
    assert last.detail == ("effect observed" if closed else "")


def test_what_was_answered_is_kept_when_the_effect_closes_the_action() -> None:
    done = acted(A.CANCEL, T.ACCEPTED, 2, answered_at=NOW, status=202, detail="said yes")
    before = known(acted(A.CANCEL, T.FORGIVEN), done)
    found = observe(before, replace(ITEM, status=S.DELETED), LATER)

    assert found.actions == (before.actions[0], replace(done, state=T.CONFIRMED))


def test_an_effect_that_shows_without_any_change_closes_the_action_too() -> None:
    item = replace(ITEM, status=S.SUSPENDED)
    before = known(acted(A.SUSPEND), item=item)

    assert observe(before, item, NOW) == before.with_last(
        acted(A.SUSPEND, T.CONFIRMED, detail="effect observed"),
    )


# The number of the next intent, from which its MS-RequestId follows.


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize("answered_at", [None, NOW])
def test_only_an_intent_without_an_answer_keeps_its_number(state: ActionState, answered_at: datetime | None) -> None:
    item = known(acted(A.CANCEL, state, 4, answered_at=answered_at))

    assert next_number(item, A.CANCEL) == (4 if state is T.INTENDED and answered_at is None else 5)


def test_every_kind_of_action_counts_for_itself() -> None:
    item = known(acted(A.CANCEL, T.REFUSED, 1), acted(A.CANCEL, T.FORGIVEN, 2), acted(A.END_AT_TERM, T.INTENDED, 7))

    assert [next_number(item, kind) for kind in (A.CANCEL, A.END_AT_TERM, A.SUSPEND)] == [3, 7, 1]


@pytest.mark.parametrize(
    ("times", "kept"),
    [(0, []), (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 3, 4]), (9, [1, 8, 9])],
)
def test_of_an_end_that_is_refused_for_years_the_first_and_the_newest_refusals_are_kept(
    times: int, kept: list[int]
) -> None:
    refused = [acted(A.END_AT_TERM, T.REFUSED, n + 1) for n in range(times)]
    others = [acted(kind, state, 50) for kind, state in product((A.CANCEL, A.END_AT_TERM), T) if state is not T.REFUSED]
    others += [acted(A.CANCEL, T.REFUSED, 60 + n) for n in range(4)]
    left = without_old_refusals(known(*others, *refused))

    assert left == (*others, *(acted(A.END_AT_TERM, T.REFUSED, n) for n in kept))


# What a resume forgives.


@pytest.mark.parametrize("state", T)
def test_a_resume_forgives_a_refusal_and_nothing_that_is_on_its_way(state: ActionState) -> None:
    before = known(acted(state=state, answered_at=NOW))
    forgiven = forgive(before, PACE, NOW)

    assert forgiven == (
        before.with_last(replace(before.actions[0], state=T.FORGIVEN)) if state is T.REFUSED else before
    )


@pytest.mark.parametrize("state", T)
def test_a_resume_forgives_every_earlier_refusal_and_leaves_what_else_was_done(state: ActionState) -> None:
    last = acted(A.END_AT_TERM, T.CONFIRMED)
    before = known(acted(n=1, state=T.REFUSED), acted(n=2, state=state), last)
    later = T.FORGIVEN if state is T.REFUSED else state

    assert forgive(before, PACE, NOW).actions == (acted(n=1, state=T.FORGIVEN), acted(n=2, state=later), last)


def test_a_resume_forgives_earlier_refusals_and_the_last_one_together() -> None:
    before = known(acted(A.CANCEL, T.REFUSED), acted(A.END_AT_TERM, T.REFUSED))

    assert [item.state for item in forgive(before, PACE, NOW).actions] == [T.FORGIVEN, T.FORGIVEN]


@pytest.mark.parametrize(
    ("state", "age", "forgiven"),
    [
        (T.ACCEPTED, PACE.settle_deadline - TICK, False),
        (T.ACCEPTED, PACE.settle_deadline, True),
        (T.ACCEPTED, None, False),
        (T.CONFIRMED, PACE.settle_deadline * 9, False),
        (T.POSTPONED, PACE.settle_deadline * 9, False),
        (T.INTENDED, PACE.settle_deadline * 9, False),
    ],
)
def test_what_was_accepted_is_tried_again_only_when_its_effect_is_overdue(
    state: ActionState, age: timedelta | None, forgiven: bool
) -> None:
    before = known(acted(state=state, answered_at=None if age is None else NOW - age))
    last = forgive(before, PACE, NOW).last

    assert last is not None
    assert (last.state is T.FORGIVEN) is forgiven
    assert forgiven or last == before.last


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED, T.ACCEPTED, T.CONFIRMED, T.FORGIVEN])
@pytest.mark.parametrize("spare", [1, 0, -1])
def test_tries_start_again_once_they_were_used_up(state: ActionState, spare: int) -> None:
    tries = PACE.faults_before_attention - spare
    before = known(acted(state=state, tries=tries, answered_at=NOW, since=NOW))
    again = state in {T.INTENDED, T.POSTPONED} and spare <= 0

    fresh = replace(before.actions[0], tries=1, since=NOW, retry_at=None)
    assert forgive(before, PACE, NOW) == (before.with_last(fresh) if again else before)


@pytest.mark.parametrize("actions", [(), (acted(A.CANCEL, T.CONFIRMED),)])
def test_a_refund_that_was_not_to_be_had_is_asked_for_again(actions: tuple[ActionRecord, ...]) -> None:
    before = known(*actions)

    assert forgive(replace(before, no_refund=True), PACE, NOW) == before
    assert forgive(before, PACE, NOW) is before


def test_the_words_that_are_stored_stay_as_they_are() -> None:
    kinds = "suspend cancel end_at_term reactivate cancel_azure_subscription suspend_azure_plan cancel_order"
    backs = "restore_status restore_suspension restore_terms reactivate_azure_subscription restore_renewal"

    assert list(T) == ["intended", "accepted", "confirmed", "postponed", "refused", "forgiven"]
    more = "return_reservation stop_renewal renew_monthly reduce_seats"
    assert list(A) == [*kinds.split(), *more.split(), *backs.split()]


def test_a_record_does_not_show_its_images() -> None:
    seen = replace(ITEM, image="the resource as it was")
    shown = repr(observe(None, seen, NOW))

    assert "NCE_LICENCE" in shown
    assert "the resource as it was" not in shown
