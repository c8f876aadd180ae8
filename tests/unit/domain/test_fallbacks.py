"""What follows when a service says no, or says yes and nothing happens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.history import decide
from shared.domain.decisions.refusals import REAPPLIED_AT_MOST, cancel_refused
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.windows import window_of
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, effect_visible, forgive
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, lesson_of, record

K, S, A = HoldingKind, HoldingStatus, ActionKind
IN_WINDOW: dict[str, Any] = {"cancellable_until": LATER, "term_end": LATER}


def acted(
    kind: HoldingKind, action: ActionKind, state: ActionState, code: str = "", tries: int = 1, **fields: Any
) -> HoldingRecord:
    """A record whose one action was answered an hour and a half ago, in the window that the holding shows."""
    item = holding(kind, fields.pop("status", S.ACTIVE), **fields)
    answered = NOW - timedelta(minutes=90)
    done = ActionRecord(
        action,
        1,
        "r",
        state,
        answered,
        answered,
        code=code,
        tries=tries,
        window=window_of(item),
        lesson=lesson_of(code),
    )
    return replace(record(item), actions=(done,))


FALLBACKS = [
    (K.NCE_LICENCE, A.CANCEL, "900213", A.END_AT_TERM),
    (K.NCE_LICENCE, A.CANCEL, "900117", A.END_AT_TERM),
    (K.TRIAL, A.CANCEL, "900213", A.END_AT_TERM),
    (K.SOFTWARE_SUBSCRIPTION, A.CANCEL, "900117", A.END_AT_TERM),
    (K.MARKETPLACE, A.CANCEL, "900213", A.END_AT_TERM),
]


@pytest.mark.parametrize(("kind", "action", "code", "wanted"), FALLBACKS)
def test_a_closed_window_falls_back_to_the_end_of_the_term(
    kind: HoldingKind, action: ActionKind, code: str, wanted: ActionKind
) -> None:
    refused = acted(kind, action, ActionState.REFUSED, code, **IN_WINDOW)

    assert decide(refused, Situation({}, Policy(), Pace(), NOW)).action is wanted


def test_the_window_of_the_next_term_is_a_new_chance() -> None:
    refused = acted(K.NCE_LICENCE, A.CANCEL, ActionState.REFUSED, "900213", **IN_WINDOW)
    renewed = replace(refused, holding=replace(refused.holding, cancellable_until=LATER + timedelta(days=365)))

    assert cancel_refused(refused)
    assert not cancel_refused(renewed)
    assert decide(renewed, Situation({}, Policy(), Pace(), NOW)).action is A.CANCEL


def test_any_other_refusal_asks_a_person() -> None:
    refused = acted(K.NCE_LICENCE, A.CANCEL, ActionState.REFUSED, "900416", **IN_WINDOW)
    found = decide(refused, Situation({}, Policy(), Pace(), NOW))

    assert found.action is None
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.remedy) == (Cause.REFUSED, Remedy.PERSON)


@pytest.mark.parametrize("code", ["SelfServiceRefundNotSupported", "RefundLimitExceeded"])
def test_a_reservation_without_a_refund_stops_renewing_and_is_waited_for(code: str) -> None:
    refused = acted(K.RESERVATION, A.RETURN_RESERVATION, ActionState.REFUSED, code, term_end=LATER, auto_renew=True)
    found = decide(refused, Situation({}, Policy(), Pace(), NOW))

    assert found.action is A.STOP_RENEWAL
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.until) == (Cause.NOT_REFUNDED, LATER)


def test_a_resume_tries_every_refused_action_again() -> None:
    refused = acted(K.NCE_LICENCE, A.CANCEL, ActionState.REFUSED, "900213", **IN_WINDOW)
    ended = ActionRecord(A.END_AT_TERM, 1, "r2", ActionState.CONFIRMED, NOW)
    forgiven = forgive(replace(refused, actions=(*refused.actions, ended)), Pace(), NOW)

    assert not cancel_refused(forgiven)


def test_perpetual_software_that_is_refused_as_late_is_only_reported() -> None:
    refused = acted(K.PERPETUAL_SOFTWARE, A.CANCEL_ORDER, ActionState.REFUSED, "900117", cancellable_until=LATER)

    assert decide(refused, Situation({}, Policy(), Pace(), NOW)).safe
    assert not decide(refused, Situation({}, Policy(perpetual_past_window_blocks=True), Pace(), NOW)).safe


@pytest.mark.parametrize("action", [A.END_AT_TERM, A.STOP_RENEWAL])
def test_what_was_accepted_and_ignored_is_written_again_a_few_times(action: ActionKind) -> None:
    kind = K.NCE_LICENCE if action is A.END_AT_TERM else K.RESERVATION
    policy = Policy(refund_reservations=False)
    fields: dict[str, Any] = {"term_end": LATER, "auto_renew": True}

    for tries in range(1, REAPPLIED_AT_MOST):
        ignored = acted(kind, action, ActionState.ACCEPTED, tries=tries, **fields)
        assert decide(ignored, Situation({}, policy, Pace(), NOW)).action is action
    spent = acted(kind, action, ActionState.ACCEPTED, tries=REAPPLIED_AT_MOST, **fields)
    later = NOW + Pace().settle_deadline
    assert decide(spent, Situation({}, policy, Pace(), NOW)).action is None
    found = decide(spent, Situation({}, policy, Pace(), later))
    if action is A.END_AT_TERM:
        # The end of a term is tried again each day, and a person is told from the first such day on.
        assert found.action is action
        again = acted(kind, action, ActionState.ACCEPTED, tries=REAPPLIED_AT_MOST + 1, **fields)
        found = decide(again, Situation({}, policy, Pace(), NOW))
    assert found.action is None
    assert found.blocker is not None
    assert found.blocker.remedy is Remedy.PERSON


def test_a_cancel_that_was_accepted_is_never_written_again_by_itself() -> None:
    accepted = acted(K.NCE_LICENCE, A.CANCEL, ActionState.ACCEPTED, **IN_WINDOW)

    assert decide(accepted, Situation({}, Policy(), Pace(), NOW)).action is None


EFFECTS = [
    (A.REACTIVATE, {"status": S.ACTIVE}, True),
    (A.REACTIVATE, {"status": S.SUSPENDED}, False),
    (A.STOP_RENEWAL, {"auto_renew": False}, True),
    (A.STOP_RENEWAL, {"auto_renew": None}, False),
    (A.END_AT_TERM, {"ends_at_term": True}, True),
    (A.END_AT_TERM, {"auto_renew": False}, False),
    (A.CANCEL, {"status": S.DELETED}, True),
    (A.CANCEL, {"status": S.SUSPENDED}, False),
]


@pytest.mark.parametrize(("action", "fields", "visible"), EFFECTS)
def test_an_effect_is_believed_only_when_it_shows(action: ActionKind, fields: dict[str, Any], visible: bool) -> None:
    item = holding(K.NCE_LICENCE, fields.get("status", S.ACTIVE))
    rest = {name: value for name, value in fields.items() if name != "status"}

    assert effect_visible(action, replace(item, **rest)) is visible


@pytest.mark.parametrize("until", [EARLIER, None])
def test_pending_marketplace_is_tried_once_and_then_left_to_a_person(until: datetime | None) -> None:
    fresh = record(holding(K.MARKETPLACE, S.PENDING, cancellable_until=until))
    refused = acted(K.MARKETPLACE, A.CANCEL, ActionState.REFUSED, "800081", status=S.PENDING, cancellable_until=until)

    assert decide(fresh, Situation({}, Policy(), Pace(), NOW)).action is A.CANCEL
    blocker = decide(refused, Situation({}, Policy(), Pace(), NOW)).blocker
    assert blocker is not None
    assert (blocker.cause, blocker.remedy) == (Cause.PENDING_AT_MICROSOFT, Remedy.PERSON)
