"""One holding in the light of what was done about it: never twice (I2), at the exact dates, never silently given up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.decisions.history import REACTIVATIONS_BEFORE_ATTENTION, decide
from shared.domain.decisions.refusals import REAPPLIED_AT_MOST
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.windows import window_of
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from shared.domain.wording import stamp
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, lesson_of, record

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
POLICY, PACE = Policy(), Pace()
TICK = timedelta(microseconds=1)
HOUR_AGO = NOW - timedelta(hours=1)
IN_WINDOW = holding(K.NCE_LICENCE, cancellable_until=LATER, term_end=LATER, auto_renew=True)
"""Its cancel is wanted."""
LATE = holding(K.NCE_LICENCE, cancellable_until=EARLIER, term_end=LATER, auto_renew=True)
"""Its end with the term is wanted."""
KEEPABLE = holding(K.RESERVATION, term_end=LATER, auto_renew=True, parent_id="order")
"""Its return is wanted, or its renewal stopped."""


def act(kind: ActionKind, state: ActionState, **fields: Any) -> ActionRecord:
    return ActionRecord(kind, 1, "r", state, HOUR_AGO, lesson=lesson_of(fields.get("code", "")), **fields)


def after(item: Holding, *actions: ActionRecord, now: datetime = NOW, policy: Policy = POLICY) -> Disposition:
    return decide(record(item, actions=actions), Situation({}, policy, PACE, now))


def wanted(item: Holding, policy: Policy = POLICY) -> Disposition:
    return disposition(item, policy, PACE, NOW)


def blocked(found: Disposition, item: Holding, cause: Cause, remedy: Remedy, until: datetime | None = None) -> Blocker:
    """The blocker of a decision that takes no action, checked in every field but its sentences."""
    assert found.action is None
    assert found.blocker is not None
    said = found.blocker
    assert said == Blocker(item.key, item.name, cause, remedy, said.detail, said.what_to_do, until, None)
    assert said.detail
    assert bool(said.what_to_do) is (remedy is Remedy.PERSON)
    return said


def test_what_nothing_was_done_about_is_decided_by_its_rule() -> None:
    assert after(IN_WINDOW) == wanted(IN_WINDOW)
    assert after(IN_WINDOW).action is A.CANCEL


def test_what_needs_no_action_is_decided_by_its_rule_whatever_was_done() -> None:
    ended = replace(IN_WINDOW, status=S.DELETED)
    waits = replace(LATE, ends_at_term=True, auto_renew=False)

    for state in T:
        assert after(ended, act(A.CANCEL, state)) == Disposition()
        assert after(waits, act(A.CANCEL, state, window=LATER)) == wanted(waits)


# Accepted: it must show its effect first.


@pytest.mark.parametrize(
    ("answered_at", "since"), [(NOW - timedelta(minutes=5), NOW - timedelta(minutes=5)), (None, HOUR_AGO)]
)
@pytest.mark.parametrize(("spare", "remedy"), [(TICK, Remedy.RECHECK), (timedelta(0), Remedy.PERSON)])
def test_an_accepted_action_is_waited_for_until_its_deadline_and_then_a_person_is_asked(
    answered_at: datetime | None, since: datetime, spare: timedelta, remedy: Remedy
) -> None:
    now = since + PACE.settle_deadline - spare
    item = replace(IN_WINDOW, cancellable_until=NOW + timedelta(days=9))
    found = after(item, act(A.CANCEL, T.ACCEPTED, answered_at=answered_at), now=now)

    until = now + PACE.settle_poll if remedy is Remedy.RECHECK else None
    blocked(found, item, Cause.SETTLING, remedy, until)
    assert found.closes_at == item.cancellable_until


def test_an_accepted_cancel_is_waited_for_even_if_something_else_is_wanted_by_now() -> None:
    found = after(LATE, act(A.CANCEL, T.ACCEPTED, answered_at=NOW))

    blocked(found, LATE, Cause.SETTLING, Remedy.RECHECK, NOW + PACE.settle_poll)


REAPPLIED = [(A.END_AT_TERM, LATE, POLICY), (A.STOP_RENEWAL, KEEPABLE, Policy(refund_reservations=False))]


@pytest.mark.parametrize(("kind", "item", "policy"), REAPPLIED)
@pytest.mark.parametrize(("answered_at", "since"), [(NOW, NOW), (None, HOUR_AGO)])
@pytest.mark.parametrize(("spare", "again"), [(TICK, False), (timedelta(0), True)])
def test_a_harmless_write_without_effect_is_repeated_after_the_recheck_and_not_before(
    kind: ActionKind,
    item: Holding,
    policy: Policy,
    answered_at: datetime | None,
    since: datetime,
    spare: timedelta,
    again: bool,
) -> None:
    now = since + PACE.recheck - spare
    found = after(item, act(kind, T.ACCEPTED, answered_at=answered_at), now=now, policy=policy)

    if again:
        assert found.action is kind
    else:
        blocked(found, item, Cause.SETTLING, Remedy.RECHECK, now + PACE.settle_poll)


@pytest.mark.parametrize(("kind", "item", "policy"), REAPPLIED)
@pytest.mark.parametrize("tries", [REAPPLIED_AT_MOST - 1, REAPPLIED_AT_MOST, REAPPLIED_AT_MOST + 1])
def test_a_harmless_write_without_effect_is_repeated_a_few_times_only(
    kind: ActionKind, item: Holding, policy: Policy, tries: int
) -> None:
    found = after(item, act(kind, T.ACCEPTED, answered_at=HOUR_AGO, tries=tries), policy=policy)

    if tries < REAPPLIED_AT_MOST:
        assert found.action is kind
    elif kind is A.END_AT_TERM and tries > REAPPLIED_AT_MOST:
        blocked(found, item, Cause.SETTLING, Remedy.PERSON)
    else:
        blocked(found, item, Cause.SETTLING, Remedy.RECHECK, NOW + PACE.settle_poll)


def test_a_harmless_write_never_holds_up_what_is_wanted_instead() -> None:
    for tries in (1, REAPPLIED_AT_MOST):
        assert after(IN_WINDOW, act(A.END_AT_TERM, T.ACCEPTED, answered_at=NOW, tries=tries)) == wanted(IN_WINDOW)
        assert after(KEEPABLE, act(A.STOP_RENEWAL, T.ACCEPTED, answered_at=NOW, tries=tries)) == wanted(KEEPABLE)


@pytest.mark.parametrize("state", [T.CONFIRMED, T.FORGIVEN])
def test_what_was_closed_or_forgiven_is_done_again_at_once(state: ActionState) -> None:
    done = act(A.CANCEL, state, answered_at=NOW, tries=99, retry_at=LATER, code="900150")

    assert after(IN_WINDOW, done) == wanted(IN_WINDOW)


# Another action than the last one is wanted.


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED, T.REFUSED, T.CONFIRMED, T.FORGIVEN])
def test_what_became_of_another_action_holds_nothing_up(state: ActionState) -> None:
    other = act(A.CANCEL, state, tries=99, retry_at=LATER, code="900150", answered_at=NOW)

    assert after(LATE, other) == wanted(LATE)


# Unanswered, or refused for now.


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED])
@pytest.mark.parametrize("spare", [1, 0, -1])
@pytest.mark.parametrize("retry_at", [NOW - TICK, NOW, NOW + TICK, None])
def test_after_many_tries_a_person_is_told_until_the_next_one(
    state: ActionState, spare: int, retry_at: datetime | None
) -> None:
    tries = PACE.faults_before_attention - spare
    spent = act(A.CANCEL, state, tries=tries, code="900500", advice="Call somebody.", retry_at=retry_at)
    found = after(IN_WINDOW, spent)

    if retry_at is None or retry_at <= NOW:
        assert found == wanted(IN_WINDOW)
        return
    assert found.closes_at == LATER
    if spare > 0:
        blocked(found, IN_WINDOW, Cause.PENDING_AT_MICROSOFT, Remedy.RECHECK, retry_at)
        return
    said = blocked(found, IN_WINDOW, Cause.REFUSED, Remedy.PERSON, retry_at)
    assert said.what_to_do.startswith("Call somebody. ")
    assert ("tried again" in said.what_to_do, "900500" in said.detail) == (True, True)


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED])
@pytest.mark.parametrize(("tries", "age", "told"), [(1, 9, False), (2, 3, True), (2, 2, False), (5, 3, True)])
def test_what_was_tried_for_days_is_told_to_a_person(state: ActionState, tries: int, age: int, told: bool) -> None:
    since = NOW - timedelta(days=age)
    spent = act(A.CANCEL, state, tries=tries, since=since, retry_at=NOW + TICK)
    blocker = after(IN_WINDOW, spent).blocker

    assert blocker is not None
    assert (blocker.remedy is Remedy.PERSON) is told
    assert (stamp(since) in blocker.detail) is told


@pytest.mark.parametrize("retry_at", [NOW - TICK, NOW, NOW + TICK, None])
def test_a_refusal_that_may_pass_is_tried_again_at_its_date(retry_at: datetime | None) -> None:
    """Without a date it is for good; with one a person is told meanwhile."""
    found = after(
        IN_WINDOW,
        act(A.CANCEL, T.REFUSED, code="900999", retry_at=retry_at, advice="Look it up.", window=window_of(IN_WINDOW)),
    )

    if retry_at is not None and retry_at <= NOW:
        assert found == wanted(IN_WINDOW)
        return
    said = blocked(found, IN_WINDOW, Cause.REFUSED, Remedy.PERSON, retry_at)
    assert ("tried again" in said.what_to_do) is (retry_at is not None)


def test_exhausted_tries_are_told_before_a_date_is() -> None:
    spent = act(A.CANCEL, T.POSTPONED, tries=PACE.faults_before_attention, retry_at=LATER)

    assert "resume" in blocked(after(IN_WINDOW, spent), IN_WINDOW, Cause.REFUSED, Remedy.PERSON, LATER).what_to_do


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED])
@pytest.mark.parametrize("retry_at", [NOW - TICK, NOW, NOW + TICK, LATER, None])
def test_what_is_postponed_is_tried_again_at_its_date(state: ActionState, retry_at: datetime | None) -> None:
    found = after(IN_WINDOW, act(A.CANCEL, state, tries=2, retry_at=retry_at, code="409"))

    if retry_at is None or retry_at <= NOW:
        assert found == wanted(IN_WINDOW)
        return
    said = blocked(found, IN_WINDOW, Cause.PENDING_AT_MICROSOFT, Remedy.RECHECK, retry_at)
    assert found.closes_at == LATER
    assert ("refused for now" if state is T.POSTPONED else "no clear answer") in said.detail


# Refused.


@pytest.mark.parametrize(("advice", "starts"), [("Do this.", "Do this."), ("", "Remove the reason")])
def test_what_was_refused_waits_for_a_person(advice: str, starts: str) -> None:
    refused = act(A.CANCEL, T.REFUSED, code="900150", status=400, detail="no", advice=advice, window=LATER)
    found = after(IN_WINDOW, refused)

    said = blocked(found, IN_WINDOW, Cause.REFUSED, Remedy.PERSON)
    assert found.closes_at == LATER
    assert said.what_to_do.startswith(starts)
    assert said.detail == "still blocks, because the cancellation was refused: 400 900150 no"


def test_a_refusal_in_an_earlier_window_does_not_count_in_the_next() -> None:
    refused = act(A.CANCEL, T.REFUSED, code="900117", window=EARLIER)

    assert after(IN_WINDOW, refused) == wanted(IN_WINDOW)


@pytest.mark.parametrize("code", ["800096", "900117"])
def test_a_holding_by_itself_has_no_add_ons(code: str) -> None:
    refused = act(A.CANCEL, T.REFUSED, code=code, window=LATER)

    assert after(IN_WINDOW, refused).action is (A.CANCEL if code == "800096" else A.END_AT_TERM)


# It took effect, and somebody changed it back.


@pytest.mark.parametrize("times", [REACTIVATIONS_BEFORE_ATTENTION - 1, REACTIVATIONS_BEFORE_ATTENTION])
@pytest.mark.parametrize("last", [T.CONFIRMED, T.FORGIVEN])
def test_who_changes_it_back_again_and_again_is_looked_for(times: int, last: ActionState) -> None:
    others = [act(A.END_AT_TERM, T.CONFIRMED)] * 9 + [act(A.CANCEL, T.FORGIVEN), act(A.CANCEL, T.REFUSED)] * 9
    done = [act(A.CANCEL, T.CONFIRMED)] * (times - (last is T.CONFIRMED))
    found = after(IN_WINDOW, *others, *done, act(A.CANCEL, last))

    if times < REACTIVATIONS_BEFORE_ATTENTION:
        assert found == wanted(IN_WINDOW)
    else:
        said = blocked(found, IN_WINDOW, Cause.REACTIVATED, Remedy.PERSON)
        assert f"each of the {times} times that the cancellation took effect" in said.detail


# Missing.


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("spare", [TICK, timedelta(0)])
def test_what_is_missing_blocks_until_its_proof_unless_it_could_not_come_back(
    status: HoldingStatus, spare: timedelta
) -> None:
    item, since = replace(IN_WINDOW, status=status), NOW - PACE.vanish_proof + spare
    missing = HoldingRecord(item, EARLIER, EARLIER, missing_since=since, actions=(act(A.CANCEL, T.REFUSED),))
    found = decide(missing, Situation({}, POLICY, PACE, NOW))

    if spare and status not in {S.DELETED, S.DISABLED, S.EXPIRED}:
        blocked(found, item, Cause.VANISHED, Remedy.RECHECK, since + PACE.vanish_proof)
    else:
        assert found == Disposition()


def test_five_times_is_enough() -> None:
    assert (REACTIVATIONS_BEFORE_ATTENTION, REAPPLIED_AT_MOST) == (5, 5)
