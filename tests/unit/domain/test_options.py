"""What a request may ask for: it narrows the policy, and two requests are joined only where they ask for the same."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.policy import Commitments, Policy, Renewals, Restriction
from tests.unit.domain.support import NOW

R = Restriction
REQUEST = OffboardingRequest(
    request_id="crm-1",
    customer_id="c-1",
    domain="contoso.example",
    company_name="Contoso",
    requested_by="ada",
    reason="contract ended",
    dry_run=False,
    not_before=None,
    commitments=Commitments.WAIT,
    correlation_id="t-1",
    fingerprint="f",
)

SAME: list[dict[str, Any]] = [
    {"request_id": "crm-2"},
    {"customer_id": None},
    {"domain": None},
    {"company_name": None},
    {"requested_by": "bob"},
    {"reason": ""},
    {"correlation_id": "t-2"},
    {"fingerprint": "g"},
    {"grace": timedelta(0)},
    {"approval_reference": "CAB-1"},
    {"batch_id": "spring"},
]
DIFFERENT: list[dict[str, Any]] = [
    {"dry_run": True},
    {"not_before": NOW},
    {"commitments": Commitments.STOP},
    {"reseller": "111"},
    {"restrictions": (R.LEAVE_GDAP,)},
    {"reactivate_suspended": True},
    {"renewals": Renewals.LET_RENEW},
    {"renewals": Renewals.MONTHLY},
    {"reduce_seats": True},
    {"grace": timedelta(hours=2)},
]


@pytest.mark.parametrize("change", SAME)
def test_who_asks_and_why_is_no_option(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).options == REQUEST.options


@pytest.mark.parametrize("change", DIFFERENT)
def test_two_requests_that_ask_for_something_else_are_not_joined(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).options != REQUEST.options


def test_every_field_is_an_option_or_none() -> None:
    known = {name for change in (*SAME, *DIFFERENT) for name in change}

    assert {item.name for item in fields(OffboardingRequest)} == known


def test_the_order_of_restrictions_and_the_date_to_the_instant() -> None:
    both = replace(REQUEST, restrictions=(R.LEAVE_GDAP, R.NO_REFUNDS))
    swapped = replace(REQUEST, restrictions=(R.NO_REFUNDS, R.LEAVE_GDAP, R.NO_REFUNDS))

    assert both.options == swapped.options
    dated = replace(REQUEST, not_before=NOW)
    assert dated.options != replace(REQUEST, not_before=NOW + timedelta(microseconds=1)).options


WIDE = Policy(
    strict_nce=False,
    refund_reservations=True,
    cancel_marketplace=True,
    terminate_gdap=True,
    wait_for_transfers=True,
    perpetual_past_window_blocks=False,
)
NARROW = Policy(
    strict_nce=True,
    refund_reservations=False,
    cancel_marketplace=False,
    terminate_gdap=False,
    wait_for_transfers=False,
    perpetual_past_window_blocks=True,
)
NARROWED: list[tuple[Restriction, dict[str, Any]]] = [
    (R.STRICT_NCE, {"strict_nce": True}),
    (R.NO_REFUNDS, {"refund_reservations": False}),
    (R.LEAVE_MARKETPLACE, {"cancel_marketplace": False}),
    (R.LEAVE_GDAP, {"terminate_gdap": False}),
    (R.ASK_ABOUT_TRANSFERS, {"wait_for_transfers": False}),
    (R.PERPETUAL_SOFTWARE_BLOCKS, {"perpetual_past_window_blocks": True}),
]


@pytest.mark.parametrize(("word", "change"), NARROWED)
def test_each_restriction_changes_one_thing_and_never_widens(word: Restriction, change: dict[str, Any]) -> None:
    assert WIDE.narrowed([word]) == replace(WIDE, **change)
    assert NARROW.narrowed([word]) == NARROW
    wide_again: dict[str, Any] = {name: not value for name, value in change.items()}
    assert replace(NARROW, **wide_again).narrowed([word]) == NARROW


def test_all_restrictions_together_and_none_at_all() -> None:
    assert WIDE.narrowed(Restriction) == NARROW
    assert {word for word, _ in NARROWED} == set(Restriction)
    for policy in (WIDE, NARROW, Policy()):
        assert policy.narrowed([]) == policy
        for _, change in NARROWED:
            opposite: dict[str, Any] = {name: not value for name, value in change.items()}
            assert replace(policy, **opposite).narrowed(()) == replace(policy, **opposite)


@pytest.mark.parametrize("reactivate", [True, False])
@pytest.mark.parametrize("reseller", [None, "111"])
@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("indirect", [True, False])
def test_only_the_request_names_the_reseller_and_allows_to_reactivate_and_to_give_seats_back(
    reactivate: bool, reseller: str | None, reduce: bool, indirect: bool
) -> None:
    said: dict[str, Any] = {"reactivate_suspended": reactivate, "reduce_seats": reduce, "reseller": reseller}
    configured = replace(
        WIDE, indirect=indirect, reactivate_suspended=not reactivate, reduce_seats=not reduce, reseller="999"
    )
    request = replace(REQUEST, restrictions=(R.NO_REFUNDS,), **said)

    assert request.policy(configured) == replace(WIDE, refund_reservations=False, indirect=indirect, **said)


def test_a_request_asks_for_nothing_unless_it_says_so() -> None:
    assert (REQUEST.reseller, REQUEST.restrictions, REQUEST.reactivate_suspended) == (None, (), False)
    assert REQUEST.reduce_seats is False
    assert REQUEST.policy(WIDE) == WIDE
