"""The whole answer of each rule: action, cause, who takes it away, until when, paid until when, and its window."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import SAFE as SAFE_ITSELF
from shared.domain.decisions.blockers import ActionKind, Case, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import PENDING_HAS_A_RULE, disposition
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.judging import SAFE, TICK, WINDOWS, Told, due, in_term, judged, person, recheck
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

K, S, A, C = HoldingKind, HoldingStatus, ActionKind, Cause
LENIENT = {"strict_nce": False}


@pytest.mark.parametrize("kind", [K.LEGACY_LICENCE, K.LEGACY_AZURE])
def test_legacy_is_suspended_and_then_safe(kind: HoldingKind) -> None:
    assert judged(kind, S.ACTIVE, {}) == due(A.SUSPEND)
    assert judged(kind, S.ACTIVE, {"cancellable_until": LATER}) == due(A.SUSPEND, closes_at=LATER)
    for case in ({}, {"cancel_refused": True}, {"policy": LENIENT}):
        assert judged(kind, S.SUSPENDED, {}, **case) == SAFE


@pytest.mark.parametrize(
    ("status", "children", "expected"),
    [
        (S.ACTIVE, 0, due(A.SUSPEND_AZURE_PLAN)),
        (S.ACTIVE, 1, recheck(C.WAITS_FOR_CHILDREN)),
        (S.SUSPENDED, 0, SAFE),
        (S.SUSPENDED, 1, recheck(C.WAITS_FOR_CHILDREN)),
    ],
)
def test_an_azure_plan_is_suspended_when_nothing_below_it_is_active(
    status: HoldingStatus, children: int, expected: Told
) -> None:
    assert judged(K.AZURE_PLAN, status, {"active_children": children}) == expected


def test_an_azure_subscription_is_cancelled() -> None:
    assert judged(K.AZURE_SUBSCRIPTION, S.ACTIVE, {}) == due(A.CANCEL_AZURE_SUBSCRIPTION)


TRIALS: list[tuple[HoldingStatus, dict[str, Any], dict[str, Any], Told]] = [
    (S.ACTIVE, {}, {}, due(A.CANCEL)),
    (S.ACTIVE, {"term_end": LATER, "cancellable_until": EARLIER}, {}, due(A.CANCEL)),
    (S.ACTIVE, {"term_end": LATER, "cancellable_until": LATER}, {}, due(A.CANCEL, closes_at=LATER)),
    (S.ACTIVE, {"term_end": LATER}, {"cancel_refused": True}, in_term(A.END_AT_TERM)),
    (S.SUSPENDED, {"term_end": LATER}, {}, due(A.CANCEL)),
    (S.SUSPENDED, {"term_end": LATER}, {"cancel_refused": True}, in_term(None)),
    (S.SUSPENDED, {"term_end": LATER, "cancellable_until": LATER}, {}, due(A.CANCEL, closes_at=LATER)),
    (S.SUSPENDED, {"term_end": LATER}, {"policy": LENIENT, "cancel_refused": True}, SAFE),
    (S.ACTIVE, {"term_end": LATER}, {"policy": LENIENT}, due(A.CANCEL)),
]


@pytest.mark.parametrize(("status", "fields", "case", "expected"), TRIALS)
def test_a_trial(status: HoldingStatus, fields: dict[str, Any], case: dict[str, Any], expected: Told) -> None:
    assert judged(K.TRIAL, status, fields, **case) == expected


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE])
def test_a_suspended_one_passes_only_where_the_policy_is_lenient_and_its_window_closed(kind: HoldingKind) -> None:
    outside = {"term_end": LATER, "cancellable_until": EARLIER}
    inside = {"term_end": LATER, "cancellable_until": LATER}

    assert judged(kind, S.SUSPENDED, outside, policy=LENIENT) == SAFE
    assert judged(kind, S.SUSPENDED, {}, policy=LENIENT) == SAFE
    assert judged(kind, S.SUSPENDED, outside) == in_term(None)
    assert judged(kind, S.ACTIVE, outside, policy=LENIENT) == in_term(A.END_AT_TERM)
    assert judged(kind, S.SUSPENDED, inside, policy=LENIENT) == due(A.CANCEL, closes_at=LATER)


def left(**fields: Any) -> Told:
    return Told(None, C.LEFT_BY_POLICY, **fields)


MARKETPLACE_LEFT: list[tuple[HoldingStatus, dict[str, Any], bool, Told]] = [
    # status, holding, strict, expected
    (S.ACTIVE, {}, True, left(remedy=Remedy.PERSON)),
    (S.ACTIVE, {"cancellable_until": LATER}, False, left(remedy=Remedy.PERSON)),
    (S.ACTIVE, {"term_end": LATER}, True, left(remedy=Remedy.PERSON)),
    (S.ACTIVE, {"term_end": LATER, "auto_renew": True}, True, left(remedy=Remedy.PERSON)),
    (
        S.ACTIVE,
        {"term_end": LATER, "auto_renew": False},
        True,
        left(remedy=Remedy.DATE, until=LATER, paid_until=LATER),
    ),
    (
        S.ACTIVE,
        {"term_end": NOW + TICK, "auto_renew": False},
        True,
        left(remedy=Remedy.DATE, until=NOW + TICK, paid_until=NOW + TICK),
    ),
    (S.ACTIVE, {"term_end": NOW, "auto_renew": False}, True, left(remedy=Remedy.PERSON)),
    (S.ACTIVE, {"auto_renew": False}, True, left(remedy=Remedy.PERSON)),
    (S.PENDING, {}, True, left(remedy=Remedy.PERSON)),
    (S.PENDING, {}, False, left(remedy=Remedy.PERSON)),
    (S.SUSPENDED, {}, True, left(remedy=Remedy.PERSON)),
    (S.SUSPENDED, {"cancellable_until": LATER}, False, SAFE),
    (S.SUSPENDED, {}, False, SAFE),
]


@pytest.mark.parametrize(("status", "fields", "strict", "expected"), MARKETPLACE_LEFT)
def test_marketplace_left_alone(status: HoldingStatus, fields: dict[str, Any], strict: bool, expected: Told) -> None:
    policy = {"cancel_marketplace": False, "strict_nce": strict}

    assert judged(K.MARKETPLACE, status, fields, policy=policy) == expected


@pytest.mark.parametrize("policy", [{}, LENIENT])
def test_marketplace_that_was_never_activated_is_tried_once(policy: dict[str, Any]) -> None:
    assert judged(K.MARKETPLACE, S.PENDING, {}, policy=policy) == due(A.CANCEL)
    assert judged(K.MARKETPLACE, S.PENDING, {"cancellable_until": LATER}) == due(A.CANCEL, closes_at=LATER)
    refused = judged(K.MARKETPLACE, S.PENDING, {"cancellable_until": LATER}, policy=policy, cancel_refused=True)
    assert refused == person(C.PENDING_AT_MICROSOFT)


@pytest.mark.parametrize("blocks", [True, False])
@pytest.mark.parametrize(("until", "refused", "is_open"), WINDOWS)
def test_perpetual_software_is_cancelled_in_its_window_and_else_reported(
    blocks: bool, until: datetime | None, refused: bool, is_open: bool
) -> None:
    found = judged(
        K.PERPETUAL_SOFTWARE,
        S.ACTIVE,
        {"cancellable_until": until},
        cancel_refused=refused,
        policy={"perpetual_past_window_blocks": blocks},
    )

    if is_open:
        assert found == due(A.CANCEL_ORDER, closes_at=until)
    elif until is None and not refused:
        assert found == replace(due(A.CANCEL_ORDER), sure=False)
    else:
        assert found == (person(C.NEVER_CANCELLABLE) if blocks else SAFE)


def test_what_is_under_way_is_looked_at_again() -> None:
    assert judged(K.PENDING_ORDER, S.PENDING, {}) == recheck(C.PENDING_AT_MICROSOFT)
    assert judged(K.OPEN_TRANSFER, S.ACTIVE, {}) == recheck(C.OPEN_TRANSFER, timedelta(hours=6))
    asked = judged(K.OPEN_TRANSFER, S.ACTIVE, {}, policy={"wait_for_transfers": False})
    assert asked == person(C.OPEN_TRANSFER)


@pytest.mark.parametrize("status", [S.ACTIVE, S.SUSPENDED])
def test_an_unknown_kind_is_a_persons(status: HoldingStatus) -> None:
    window = {"cancellable_until": LATER, "term_end": LATER}

    assert judged(K.UNKNOWN, status, window, policy=LENIENT) == person(C.UNKNOWN_KIND)


@pytest.mark.parametrize("kind", HoldingKind)
def test_what_is_still_provisioned_is_not_touched_except_where_a_rule_knows_how(kind: HoldingKind) -> None:
    window = {"cancellable_until": LATER, "term_end": LATER}
    found = judged(kind, S.PENDING, window)

    assert frozenset({K.PENDING_ORDER, K.MARKETPLACE}) == PENDING_HAS_A_RULE
    if kind is K.MARKETPLACE:
        assert found == due(A.CANCEL, closes_at=LATER)
    else:
        assert found == recheck(C.PENDING_AT_MICROSOFT)


@pytest.mark.parametrize("kind", HoldingKind)
def test_an_unknown_status_comes_first(kind: HoldingKind) -> None:
    found = judged(kind, S.UNKNOWN, {"reseller": "222"}, policy={"reseller": "111"})

    assert found == person(C.UNKNOWN_STATUS)


@pytest.mark.parametrize(
    ("owner", "named", "indirect", "foreign"),
    [
        (None, None, False, False),
        (None, None, True, False),
        (None, "111", True, False),
        ("111", "111", True, False),
        ("111", "111", False, False),
        ("222", "111", False, True),
        ("222", "111", True, True),
        ("222", None, True, True),
        ("222", None, False, False),
    ],
)
def test_what_belongs_to_another_reseller_is_a_persons(
    owner: str | None, named: str | None, indirect: bool, foreign: bool
) -> None:
    policy = {"reseller": named, "indirect": indirect}
    fields = {"reseller": owner, "cancellable_until": LATER}

    expected = person(C.OTHER_RESELLER) if foreign else due(A.CANCEL, closes_at=LATER)
    assert judged(K.NCE_LICENCE, S.ACTIVE, fields, policy=policy) == expected
    pending = person(C.OTHER_RESELLER) if foreign else recheck(C.PENDING_AT_MICROSOFT)
    assert judged(K.NCE_LICENCE, S.PENDING, fields, policy=policy) == pending
    assert judged(K.NCE_LICENCE, S.DELETED, fields, policy=policy) == SAFE


@pytest.mark.parametrize(("named", "shown"), [("111", "reseller 111"), (None, "no reseller")])
def test_a_foreign_one_says_whose_it_is_and_who_was_named(named: str | None, shown: str) -> None:
    policy = Policy(reseller=named, indirect=True)
    found = disposition(holding(K.NCE_LICENCE, reseller="222"), policy, Pace(), NOW)

    assert found.blocker is not None
    assert found.blocker.detail == f"belongs to reseller 222, and the request names {shown}"


def test_the_pace_says_when_to_look_again() -> None:
    pace = Pace(recheck=timedelta(minutes=7), slow_recheck=timedelta(minutes=70), renewal_job=timedelta(hours=2))
    case = Case(holding(K.OPEN_TRANSFER, term_end=LATER), Policy(), pace, NOW)

    assert until(case.recheck(C.SETTLING, "x")) == NOW + timedelta(minutes=7)
    assert until(case.recheck(C.SETTLING, "x", slow=True)) == NOW + timedelta(minutes=70)
    over = holding(K.NCE_LICENCE, term_end=NOW - timedelta(hours=2) + TICK)
    assert until(disposition(over, Policy(), pace, NOW)) == NOW + timedelta(minutes=7)


def until(found: Disposition) -> datetime | None:
    return found.blocker.until if found.blocker else None


def test_what_has_no_blocker_is_safe_and_nothing_else() -> None:
    assert Disposition(action=None, blocker=None, closes_at=None) == SAFE_ITSELF
    assert SAFE_ITSELF.safe is True
    assert disposition(holding(K.TRIAL), Policy(), Pace(), NOW).safe is False
