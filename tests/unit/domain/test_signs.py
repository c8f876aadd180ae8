"""Which signs of a cancellation window a subscription shows."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.records import Refundable, ScheduledAction
from shared.domain.holdings.windows import WindowSigns
from tests.unit.domain.support import EARLIER, LATER, NOW
from tests.unit.domain.test_classify import subscription

DAY = timedelta(days=1)
MARKETPLACE = {"is_microsoft_product": False}


def signs(**fields: Any) -> WindowSigns:
    return subscription_holding(subscription(**fields)).signs


@pytest.mark.parametrize(
    ("total", "quantity", "counts"),
    [(5, 5, True), (4, 5, False), (6, 5, False), (0, 0, False), (5, None, False), (0, None, False)],
)
def test_refundable_units_count_where_all_of_them_can_be_given_back(
    total: int, quantity: int | None, counts: bool
) -> None:
    assert signs(quantity=quantity, refundable=Refundable(total)).units_refundable is counts
    assert not signs(quantity=quantity).units_refundable


@pytest.mark.parametrize(
    ("details", "until"),
    [
        ((), None),
        (((1, None),), None),
        (((0, NOW),), None),
        (((1, LATER), (2, NOW), (1, None)), NOW),
        (((0, EARLIER), (1, LATER)), LATER),
    ],
)
def test_the_first_units_to_go_set_the_date(
    details: tuple[tuple[int, datetime | None], ...], until: datetime | None
) -> None:
    assert signs(quantity=3, refundable=Refundable(3, details)).units_until == until


@pytest.mark.parametrize(
    ("allowed", "listed"), [((), False), (("edit", "Cancel"), True), (("cancel",), True), (("cancelled",), False)]
)
def test_only_the_word_itself_lists_a_cancellation(allowed: tuple[str, ...], listed: bool) -> None:
    assert signs(allowed=allowed).cancel_listed is listed


@pytest.mark.parametrize(
    ("fields", "term", "window", "longest"),
    [
        ({}, "P1Y", 7 * DAY, 7 * DAY),
        ({}, "P1M", 7 * DAY, 7 * DAY),
        (MARKETPLACE, "P1M", 3 * DAY, 3 * DAY),
        (MARKETPLACE, "P1Y", 3 * DAY, 14 * DAY),
        (MARKETPLACE, "", 3 * DAY, 14 * DAY),
    ],
)
def test_how_long_a_term_is_young(fields: dict[str, Any], term: str, window: timedelta, longest: timedelta) -> None:
    found = signs(**fields, term_duration=term)

    assert (found.window, found.longest_window) == (window, longest)


@pytest.mark.parametrize(
    ("term", "planned", "any_day"),
    [
        ("P1M", "RenewToExtendedServiceTerm", True),
        ("P1Y", "RenewToExtendedServiceTerm", False),
        ("P1M", "Renew", False),
    ],
)
def test_an_extended_term_can_be_cancelled_on_any_day(term: str, planned: str, any_day: bool) -> None:
    found = signs(term_duration=term, scheduled_actions=(ScheduledAction("TermEnd", planned),))

    assert found.any_day is any_day
    assert not signs(term_duration=term).any_day
