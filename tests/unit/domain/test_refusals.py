"""What each refusal teaches, as truth tables over state, action, code, window and add-ons."""

from itertools import product
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.refusals import REAPPLIED_AT_MOST, cancel_refused, end_refused, overtaken, schedule_unknown
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, lesson_of, record

A, S, T = ActionKind, HoldingStatus, ActionState
WINDOW = LATER
CODES = [
    "900117",
    "900213",
    "800081",
    "800082",
    "800096",
    "800002",
    "SelfServiceRefundNotSupported",
    "RefundLimitExceeded",
    "PolicyError",
    "900150",
    "",
]
CLOSED, NOT_YET = {"900117", "900213"}, {"800081", "800082"}
NO_REFUND = {"SelfServiceRefundNotSupported", "RefundLimitExceeded", "PolicyError"}


def refusal(kind: ActionKind, code: str, state: ActionState = T.REFUSED, **fields: Any) -> ActionRecord:
    return ActionRecord(
        kind, 1, "r", state, NOW, NOW, **{"window": WINDOW, "code": code, "lesson": lesson_of(code), **fields}
    )


def known(*actions: ActionRecord, status: HoldingStatus = S.ACTIVE, **fields: Any) -> HoldingRecord:
    return record(holding(HoldingKind.NCE_LICENCE, status, cancellable_until=WINDOW), actions=actions, **fields)


# Whether it cannot be cancelled or refunded now.


@pytest.mark.parametrize("kind", A)
@pytest.mark.parametrize("add_ons", [True, False])
def test_only_certain_codes_of_certain_actions_close_the_way(kind: ActionKind, add_ons: bool) -> None:
    expected = CLOSED if kind in {A.CANCEL, A.CANCEL_ORDER} else NO_REFUND if kind is A.RETURN_RESERVATION else set()
    base = {"800096"} if kind is A.CANCEL and add_ons else set()
    for status in (S.ACTIVE, S.PENDING, S.SUSPENDED):
        closed = {code for code in CODES if cancel_refused(known(refusal(kind, code), status=status), add_ons)}

        assert closed == expected | base | (NOT_YET if status is S.PENDING else set()), status


def test_a_holding_has_no_add_ons_unless_somebody_says_so() -> None:
    refused = refusal(A.CANCEL, "800096")

    assert not cancel_refused(known(refused))
    assert overtaken(known(refused), refused)


CLOSING = [
    (A.CANCEL, "900117", S.ACTIVE, False),
    (A.CANCEL_ORDER, "900213", S.ACTIVE, False),
    (A.RETURN_RESERVATION, "PolicyError", S.ACTIVE, False),
    (A.CANCEL, "800081", S.PENDING, False),
    (A.CANCEL, "800096", S.ACTIVE, True),
]


@pytest.mark.parametrize(("kind", "code", "status", "add_ons"), CLOSING)
def test_only_what_was_refused_in_this_window_counts(
    kind: ActionKind, code: str, status: HoldingStatus, add_ons: bool
) -> None:
    for state, window in product(T, (WINDOW, EARLIER, None)):
        item = known(refusal(kind, code, state, window=window), status=status)

        assert cancel_refused(item, add_ons) is (state is T.REFUSED and window == WINDOW), (state, window)


def test_any_of_the_refusals_counts_and_none_is_no_refusal() -> None:
    item = known(refusal(A.CANCEL, "900117"), refusal(A.END_AT_TERM, "x"), refusal(A.CANCEL, "", T.INTENDED))

    assert cancel_refused(item)
    assert not cancel_refused(known())


def test_a_refund_that_was_priced_and_refused_needs_no_further_refusal() -> None:
    assert cancel_refused(known(no_refund=True))
    assert cancel_refused(known(refusal(A.CANCEL, "900150"), no_refund=True))


@pytest.mark.parametrize("add_ons", [True, False])
@pytest.mark.parametrize(
    ("actions", "again"),
    [
        ((refusal(A.CANCEL, "800096"),), False),
        ((refusal(A.CANCEL, "800096"), refusal(A.CANCEL, "800096")), True),
        ((refusal(A.CANCEL, "800096"), refusal(A.CANCEL, "800096", window=EARLIER)), False),
        ((refusal(A.CANCEL, "800096"), refusal(A.CANCEL, "800096", T.FORGIVEN)), False),
        ((refusal(A.CANCEL, "800096"), refusal(A.END_AT_TERM, "800096")), False),
        ((refusal(A.CANCEL, "800096"), refusal(A.CANCEL, "900150")), False),
    ],
)
def test_a_base_is_tried_once_more_in_each_window_when_its_add_ons_are_gone(
    actions: tuple[ActionRecord, ...], again: bool, add_ons: bool
) -> None:
    assert cancel_refused(known(*actions), add_ons) is (add_ons or again)
    assert overtaken(known(*actions), refusal(A.CANCEL, "800096"), add_ons) is not (add_ons or again)


# Whether its end with the term could not be recorded.


@pytest.mark.parametrize("kind", A)
def test_the_end_is_given_up_when_it_was_refused_or_accepted_in_vain_too_often(kind: ActionKind) -> None:
    closed = refusal(A.CANCEL, "x", T.CONFIRMED)
    for state, tries in product(T, (1, REAPPLIED_AT_MOST - 1, REAPPLIED_AT_MOST, REAPPLIED_AT_MOST + 1)):
        item = known(refusal(kind, "x", state, tries=tries), closed)
        in_vain = state is T.ACCEPTED and tries >= REAPPLIED_AT_MOST

        assert end_refused(item) is (kind is A.END_AT_TERM and (state is T.REFUSED or in_vain)), (state, tries)


def test_nothing_that_was_done_refuses_no_end() -> None:
    assert not end_refused(known())


# Whether the service takes scheduled actions at all.


@pytest.mark.parametrize("kind", A)
def test_schedules_are_unknown_where_one_was_refused_as_invalid_input(kind: ActionKind) -> None:
    closed = refusal(A.CANCEL, "", T.CONFIRMED)
    for state, code in product(T, CODES):
        unknown = kind is A.END_AT_TERM and state is T.REFUSED and code == "800002"

        assert schedule_unknown(known(refusal(kind, code, state))) is unknown, (state, code)
        assert schedule_unknown(known(refusal(kind, code, state), closed)) is unknown, (state, code)


def test_schedules_are_known_until_one_is_refused() -> None:
    assert not schedule_unknown(known())


# Whether the reason of a refusal is gone.


@pytest.mark.parametrize("code", CODES)
def test_only_a_closed_window_is_overtaken_by_another_one(code: str) -> None:
    for window in (WINDOW, EARLIER, None):
        refused = refusal(A.CANCEL_ORDER, code, window=window)

        assert overtaken(known(refused), refused) is (code in CLOSED and window != WINDOW), window


@pytest.mark.parametrize("pending", [True, False])
@pytest.mark.parametrize("status", [S.ACTIVE, S.PENDING, S.SUSPENDED])
def test_what_was_refused_while_it_was_pending_is_tried_again_when_it_is_not(
    pending: bool, status: HoldingStatus
) -> None:
    refused = refusal(A.CANCEL, "900150", pending=pending)

    assert overtaken(known(refused, status=status), refused) is (pending and status is not S.PENDING)


@pytest.mark.parametrize(
    ("earlier", "once"),
    [
        ((), True),
        ((refusal(A.END_AT_TERM, "800002"),), False),
        ((refusal(A.END_AT_TERM, "800002", T.FORGIVEN),), True),
        ((refusal(A.END_AT_TERM, "900150"),), True),
        ((refusal(A.CANCEL, "800002"),), True),
    ],
)
def test_without_a_schedule_the_end_is_tried_once(earlier: tuple[ActionRecord, ...], once: bool) -> None:
    refused = refusal(A.END_AT_TERM, "800002")

    assert overtaken(known(*earlier, refused), refused) is once
