"""What can renew month by month: a truth table over the holding, what its resource shows, and what Microsoft lists."""

from __future__ import annotations

from itertools import product

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.monthly import LISTED, cannot_be_monthly, without_a_month
from shared.domain.decisions.renewals import Renewal
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, effect_visible, observe
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.next_term import NextTerm
from tests.unit.domain.support import NOW, holding

NEW_COMMERCE = {
    HoldingKind.NCE_LICENCE,
    HoldingKind.TRIAL,
    HoldingKind.MARKETPLACE,
    HoldingKind.SOFTWARE_SUBSCRIPTION,
}
YEARLY = NextTerm("CFQ7TTC0LH18", "0001", "P1Y", "P1Y")
CASES = list(product(HoldingKind, HoldingStatus, [True, False], [YEARLY, NextTerm()], [None, "base"]))


@pytest.mark.parametrize(("kind", "status", "changeable", "term", "parent"), CASES)
def test_instructions_can_be_given_for_active_subscriptions_of_the_new_commerce(
    kind: HoldingKind, status: HoldingStatus, changeable: bool, term: NextTerm, parent: str | None
) -> None:
    item = holding(kind, status, next_term=term, parent_id=parent)
    renewal = Renewal(item.key, item.name, NOW, None, changeable)
    wanted = kind in NEW_COMMERCE and status is HoldingStatus.ACTIVE and changeable and term is YEARLY
    assert (cannot_be_monthly(item, renewal) == "") is wanted


def test_each_reason_is_told() -> None:
    licence = holding(HoldingKind.NCE_LICENCE, HoldingStatus.SUSPENDED, next_term=YEARLY)
    renewal = Renewal(licence.key, licence.name, NOW, None, changeable=True)
    assert "it is suspended" in cannot_be_monthly(licence, renewal)
    assert "only subscriptions of the new commerce" in cannot_be_monthly(holding(HoldingKind.RESERVATION), renewal)
    active = holding(HoldingKind.NCE_LICENCE, next_term=YEARLY)
    assert "must not be changed" in cannot_be_monthly(active, Renewal(active.key, "A", NOW, None))
    assert "no product" in cannot_be_monthly(holding(HoldingKind.NCE_LICENCE), renewal)


@pytest.mark.parametrize(
    ("lengths", "why"),
    [
        (("P1M",), ""),
        (("P1Y", "p1m"), ""),
        (("P3Y", "P1M", "P1Y"), ""),
        ((), LISTED),
        (("",), LISTED),
        (("P1Y", "P3Y"), f"{LISTED} (only P1Y, P3Y)"),
        (("P12M",), f"{LISTED} (only P12M)"),
        (("P1D",), f"{LISTED} (only P1D)"),
    ],
)
def test_only_a_listed_month_is_one(lengths: tuple[str, ...], why: str) -> None:
    assert without_a_month(lengths) == why


@pytest.mark.parametrize(
    ("now", "then", "monthly", "by_month"),
    [
        ("P1Y", "P1M", True, False),
        ("P1M", "P1M", True, True),
        ("P1M", "P1Y", False, False),
        ("P1M", "", False, False),
        ("P1Y", "P1Y", False, False),
        ("", "", False, False),
        ("", "P1M", True, False),
    ],
)
def test_it_is_monthly_by_what_follows_and_by_month_when_it_runs_like_that(
    now: str, then: str, monthly: bool, by_month: bool
) -> None:
    term = NextTerm("P", "S", now, then)
    assert (term.monthly, term.by_month) == (monthly, by_month)


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("then", ["P1M", "P1Y", ""])
def test_the_effect_is_seen_in_the_instructions(state: ActionState, then: str) -> None:
    item = holding(HoldingKind.NCE_LICENCE, next_term=NextTerm("P", "S", "P1Y", then))
    action = ActionRecord(ActionKind.RENEW_MONTHLY, 1, "r", state, NOW)
    seen = observe(HoldingRecord(item, NOW, NOW, actions=(action,)), item, NOW).last
    assert effect_visible(ActionKind.RENEW_MONTHLY, item) is (then == "P1M")
    closes = then == "P1M" and state in (ActionState.INTENDED, ActionState.ACCEPTED)
    assert seen is not None
    assert seen.state is (ActionState.CONFIRMED if closes else state)
