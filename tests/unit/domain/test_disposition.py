"""The truth table of the first decision: kind, state and window to action and blocker."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import ENDED, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy, Restriction
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

K, S, A, C = HoldingKind, HoldingStatus, ActionKind, Cause
OPEN = {"cancellable_until": LATER, "term_end": LATER}
CLOSED = {"cancellable_until": EARLIER, "term_end": LATER}
NEVER = {"term_end": LATER}
BOUGHT_IN_AZURE = {"term_end": LATER, "parent_id": "order"}
DUE = NOW - timedelta(hours=1)
LONG_OVER = NOW - timedelta(days=2)

TABLE: list[tuple[HoldingKind, HoldingStatus, dict[str, Any], ActionKind | None, Cause | None]] = [
    (K.LEGACY_LICENCE, S.ACTIVE, {}, A.SUSPEND, C.ACTION_DUE),
    (K.LEGACY_LICENCE, S.SUSPENDED, {}, None, None),
    (K.LEGACY_LICENCE, S.PENDING, {}, None, C.PENDING_AT_MICROSOFT),
    (K.LEGACY_AZURE, S.ACTIVE, {}, A.SUSPEND, C.ACTION_DUE),
    (K.LEGACY_AZURE, S.SUSPENDED, {}, None, None),
    (K.NCE_LICENCE, S.ACTIVE, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.NCE_LICENCE, S.ACTIVE, CLOSED, A.END_AT_TERM, C.IN_TERM),
    (K.NCE_LICENCE, S.ACTIVE, NEVER, A.END_AT_TERM, C.IN_TERM),
    (K.NCE_LICENCE, S.ACTIVE, {**CLOSED, "ends_at_term": True}, None, C.IN_TERM),
    (K.NCE_LICENCE, S.ACTIVE, {}, A.END_AT_TERM, C.NO_TERM_END),
    (K.NCE_LICENCE, S.SUSPENDED, {}, None, C.NO_TERM_END),
    (K.NCE_LICENCE, S.ACTIVE, {"term_end": DUE}, None, C.RENEWING),
    (K.NCE_LICENCE, S.ACTIVE, {"term_end": LONG_OVER}, None, C.NO_TERM_END),
    (K.NCE_LICENCE, S.SUSPENDED, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.NCE_LICENCE, S.SUSPENDED, CLOSED, None, C.IN_TERM),
    (K.NCE_LICENCE, S.PENDING, OPEN, None, C.PENDING_AT_MICROSOFT),
    (K.TRIAL, S.ACTIVE, {}, A.CANCEL, C.ACTION_DUE),
    (K.TRIAL, S.ACTIVE, CLOSED, A.CANCEL, C.ACTION_DUE),
    (K.TRIAL, S.SUSPENDED, CLOSED, A.CANCEL, C.ACTION_DUE),
    (K.AZURE_SUBSCRIPTION, S.ACTIVE, {}, A.CANCEL_AZURE_SUBSCRIPTION, C.ACTION_DUE),
    (K.AZURE_PLAN, S.ACTIVE, {"active_children": 2}, None, C.WAITS_FOR_CHILDREN),
    (K.AZURE_PLAN, S.SUSPENDED, {"active_children": 1}, None, C.WAITS_FOR_CHILDREN),
    (K.AZURE_PLAN, S.ACTIVE, {}, A.SUSPEND_AZURE_PLAN, C.ACTION_DUE),
    (K.AZURE_PLAN, S.SUSPENDED, {}, None, None),
    (K.RESERVATION, S.ACTIVE, {"term_end": LATER}, A.RETURN_RESERVATION, C.ACTION_DUE),
    (K.RESERVATION, S.ACTIVE, {"term_end": DUE}, None, C.PENDING_AT_MICROSOFT),
    (K.RESERVATION, S.ACTIVE, {"term_end": LONG_OVER}, None, C.NO_TERM_END),
    (K.PERPETUAL_SOFTWARE, S.ACTIVE, {"cancellable_until": LATER}, A.CANCEL_ORDER, C.ACTION_DUE),
    (K.PERPETUAL_SOFTWARE, S.ACTIVE, {"cancellable_until": EARLIER}, None, None),
    (K.PERPETUAL_SOFTWARE, S.ACTIVE, {}, A.CANCEL_ORDER, C.ACTION_DUE),
    (K.SAVINGS_PLAN, S.ACTIVE, {"term_end": LATER}, None, C.NEVER_CANCELLABLE),
    (K.SAVINGS_PLAN, S.ACTIVE, {}, None, C.NEVER_CANCELLABLE),
    (K.PENDING_ORDER, S.PENDING, {}, None, C.PENDING_AT_MICROSOFT),
    (K.OPEN_TRANSFER, S.ACTIVE, {}, None, C.OPEN_TRANSFER),
    (K.SAVINGS_PLAN, S.ACTIVE, {**BOUGHT_IN_AZURE, "auto_renew": True}, A.STOP_RENEWAL, C.NEVER_CANCELLABLE),
    (K.SAVINGS_PLAN, S.ACTIVE, {**BOUGHT_IN_AZURE, "auto_renew": False}, None, C.NEVER_CANCELLABLE),
    (K.SAVINGS_PLAN, S.ACTIVE, {"term_end": DUE}, None, C.PENDING_AT_MICROSOFT),
    (K.SAVINGS_PLAN, S.ACTIVE, {"term_end": LONG_OVER}, None, C.NO_TERM_END),
    (K.SOFTWARE_SUBSCRIPTION, S.ACTIVE, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.SOFTWARE_SUBSCRIPTION, S.ACTIVE, CLOSED, A.END_AT_TERM, C.IN_TERM),
    (K.SOFTWARE_SUBSCRIPTION, S.ACTIVE, {**CLOSED, "ends_at_term": True}, None, C.IN_TERM),
    (K.SOFTWARE_SUBSCRIPTION, S.SUSPENDED, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.SOFTWARE_SUBSCRIPTION, S.SUSPENDED, CLOSED, None, C.IN_TERM),
    (K.SOFTWARE_SUBSCRIPTION, S.PENDING, OPEN, None, C.PENDING_AT_MICROSOFT),
    (K.SOFTWARE_SUBSCRIPTION, S.ACTIVE, {"term_end": DUE}, None, C.RENEWING),
    (K.MARKETPLACE, S.ACTIVE, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.MARKETPLACE, S.ACTIVE, CLOSED, A.END_AT_TERM, C.IN_TERM),
    (K.MARKETPLACE, S.ACTIVE, {**CLOSED, "ends_at_term": True}, None, C.IN_TERM),
    (K.MARKETPLACE, S.SUSPENDED, OPEN, A.CANCEL, C.ACTION_DUE),
    (K.MARKETPLACE, S.SUSPENDED, CLOSED, None, C.IN_TERM),
    (K.MARKETPLACE, S.PENDING, {}, A.CANCEL, C.ACTION_DUE),
    (K.MARKETPLACE, S.ACTIVE, {}, A.END_AT_TERM, C.NO_TERM_END),
    (K.UNKNOWN, S.ACTIVE, {}, None, C.UNKNOWN_KIND),
    (K.UNKNOWN, S.SUSPENDED, {}, None, C.UNKNOWN_KIND),
]


@pytest.mark.parametrize(("kind", "status", "fields", "action", "cause"), TABLE)
def test_table(
    kind: HoldingKind, status: HoldingStatus, fields: dict[str, Any], action: ActionKind | None, cause: Cause | None
) -> None:
    found = disposition(holding(kind, status, **fields), Policy(), Pace(), NOW)

    assert found.action is action
    assert (found.blocker.cause if found.blocker else None) is cause
    assert found.safe is (cause is None)


@pytest.mark.parametrize("kind", HoldingKind)
@pytest.mark.parametrize("status", sorted(ENDED))
def test_what_has_ended_is_safe_whatever_its_kind(kind: HoldingKind, status: HoldingStatus) -> None:
    assert disposition(holding(kind, status), Policy(), Pace(), NOW).safe


@pytest.mark.parametrize("kind", HoldingKind)
@pytest.mark.parametrize("fields", [{}, OPEN, CLOSED])
def test_an_unknown_status_blocks_and_is_never_touched(kind: HoldingKind, fields: dict[str, Any]) -> None:
    found = disposition(holding(kind, HoldingStatus.UNKNOWN, **fields), Policy(), Pace(), NOW)

    assert found.action is None
    assert found.blocker is not None
    assert found.blocker.remedy is Remedy.PERSON


def test_every_kind_has_a_row_for_active_and_suspended_without_falling_through() -> None:
    for kind in HoldingKind:
        for status in HoldingStatus:
            disposition(holding(kind, status), Policy(), Pace(), NOW)


def test_every_blocker_says_who_or_what_takes_it_away() -> None:
    for kind, status, fields, _, _ in TABLE:
        blocker = disposition(holding(kind, status, **fields), Policy(), Pace(), NOW).blocker
        if blocker is not None and blocker.remedy is Remedy.PERSON:
            assert blocker.what_to_do
        if blocker is not None and blocker.remedy in (Remedy.DATE, Remedy.RECHECK):
            assert blocker.until is not None


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.TRIAL, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE])
@pytest.mark.parametrize("status", HoldingStatus)
@pytest.mark.parametrize("fields", [{}, OPEN, CLOSED, NEVER])
def test_nce_software_and_saas_are_never_suspended(
    kind: HoldingKind, status: HoldingStatus, fields: dict[str, Any]
) -> None:
    found = disposition(holding(kind, status, **fields), Policy(), Pace(), NOW)

    assert found.action not in (A.SUSPEND, A.SUSPEND_AZURE_PLAN)


def test_the_lenient_gate_lets_a_suspended_nce_licence_pass() -> None:
    item = holding(K.NCE_LICENCE, S.SUSPENDED, **CLOSED)

    assert disposition(item, Policy(strict_nce=False), Pace(), NOW).safe


def test_refunds_switched_off_leave_a_dated_blocker() -> None:
    item = holding(K.RESERVATION, S.ACTIVE, term_end=LATER)
    found = disposition(item, Policy(refund_reservations=False), Pace(), NOW)

    assert found.action is None
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.until) == (C.NOT_REFUNDED, LATER)


def test_a_reservation_that_is_not_refunded_does_not_renew() -> None:
    item = holding(K.RESERVATION, S.ACTIVE, term_end=LATER, auto_renew=True)

    assert disposition(item, Policy(refund_reservations=False), Pace(), NOW).action is A.STOP_RENEWAL
    assert disposition(item, Policy(), Pace(), NOW, cancel_refused=True).action is A.STOP_RENEWAL


REFUSED_CANCELS = [
    (K.NCE_LICENCE, S.ACTIVE, A.END_AT_TERM, C.IN_TERM),
    (K.NCE_LICENCE, S.SUSPENDED, None, C.IN_TERM),
    (K.TRIAL, S.ACTIVE, A.END_AT_TERM, C.IN_TERM),
    (K.SOFTWARE_SUBSCRIPTION, S.ACTIVE, A.END_AT_TERM, C.IN_TERM),
    (K.MARKETPLACE, S.ACTIVE, A.END_AT_TERM, C.IN_TERM),
    (K.MARKETPLACE, S.PENDING, None, C.PENDING_AT_MICROSOFT),
    (K.PERPETUAL_SOFTWARE, S.ACTIVE, None, None),
    (K.RESERVATION, S.ACTIVE, None, C.NOT_REFUNDED),
]


@pytest.mark.parametrize(("kind", "status", "action", "cause"), REFUSED_CANCELS)
def test_a_window_that_only_looked_open_is_not_waited_at(
    kind: HoldingKind, status: HoldingStatus, action: ActionKind | None, cause: Cause | None
) -> None:
    found = disposition(holding(kind, status, **OPEN), Policy(), Pace(), NOW, cancel_refused=True)

    assert found.action is action
    assert (found.blocker.cause if found.blocker else None) is cause


def test_a_suspended_licence_is_switched_on_only_where_the_request_asks_for_it() -> None:
    item = holding(K.NCE_LICENCE, S.SUSPENDED, **CLOSED)

    assert disposition(item, Policy(), Pace(), NOW).action is None
    assert disposition(item, Policy(reactivate_suspended=True), Pace(), NOW).action is A.REACTIVATE
    software = holding(K.SOFTWARE_SUBSCRIPTION, S.SUSPENDED, **CLOSED)
    assert disposition(software, Policy(reactivate_suspended=True), Pace(), NOW).action is None


MARKETPLACE_LEFT = [
    (S.ACTIVE, {**OPEN, "auto_renew": True}, Remedy.PERSON),
    (S.ACTIVE, {**CLOSED, "auto_renew": False}, Remedy.DATE),
    (S.ACTIVE, {"auto_renew": False}, Remedy.PERSON),
    (S.PENDING, {}, Remedy.PERSON),
    (S.SUSPENDED, CLOSED, Remedy.PERSON),
]


@pytest.mark.parametrize(("status", "fields", "remedy"), MARKETPLACE_LEFT)
def test_marketplace_left_by_policy_is_never_written_to(
    status: HoldingStatus, fields: dict[str, Any], remedy: Remedy
) -> None:
    found = disposition(holding(K.MARKETPLACE, status, **fields), Policy(cancel_marketplace=False), Pace(), NOW)

    assert found.action is None
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.remedy) == (C.LEFT_BY_POLICY, remedy)


@pytest.mark.parametrize(("waits", "remedy"), [(True, Remedy.RECHECK), (False, Remedy.PERSON)])
def test_an_open_transfer_is_waited_for_or_asked_about(waits: bool, remedy: Remedy) -> None:
    found = disposition(holding(K.OPEN_TRANSFER, S.ACTIVE), Policy(wait_for_transfers=waits), Pace(), NOW)

    assert found.blocker is not None
    assert found.blocker.remedy is remedy


def test_what_belongs_to_another_reseller_is_never_touched() -> None:
    policy = Policy(reseller="111")

    for owner, touched in (("111", True), (None, True), ("222", False)):
        found = disposition(holding(K.NCE_LICENCE, S.ACTIVE, reseller=owner, **OPEN), policy, Pace(), NOW)
        assert (found.action is A.CANCEL) is touched
    assert disposition(holding(K.NCE_LICENCE, S.DELETED, reseller="222"), policy, Pace(), NOW).safe


@pytest.mark.parametrize("word", Restriction)
def test_a_restriction_only_ever_narrows(word: Restriction) -> None:
    widest = Policy(
        strict_nce=False,
        refund_reservations=True,
        cancel_marketplace=True,
        terminate_gdap=True,
        wait_for_transfers=True,
        perpetual_past_window_blocks=False,
    )
    narrowed = widest.narrowed([word])

    assert narrowed != widest
    assert narrowed.narrowed([word]) == narrowed
    everything = widest.narrowed(Restriction)
    assert everything.narrowed([]) == everything
    assert (everything.strict_nce, everything.perpetual_past_window_blocks) == (True, True)
    assert not any([everything.refund_reservations, everything.cancel_marketplace, everything.terminate_gdap])


def test_perpetual_software_past_its_window_blocks_only_where_the_policy_says_so() -> None:
    item = holding(K.PERPETUAL_SOFTWARE, S.ACTIVE, cancellable_until=EARLIER)

    assert disposition(item, Policy(), Pace(), NOW).safe
    assert not disposition(item, Policy(perpetual_past_window_blocks=True), Pace(), NOW).safe


def test_a_window_that_closes_this_instant_is_closed() -> None:
    item = holding(K.NCE_LICENCE, S.ACTIVE, cancellable_until=NOW, term_end=LATER)

    assert disposition(item, Policy(), Pace(), NOW).action is A.END_AT_TERM
