"""What is shown of a holding: the seats that can still be given back, and refunds exactly as they were told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.contracts.holding_views import holding_view
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.money import Money, ToldRefund
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

SEATS = WindowSigns(seats=(SeatWindow(2, NOW), SeatWindow(3, LATER), SeatWindow(1)))
LICENCE = holding(HoldingKind.NCE_LICENCE, quantity=25, signs=SEATS)
GIVEN = ActionRecord(ActionKind.REDUCE_SEATS, 1, "r", ActionState.CONFIRMED, EARLIER, window=LATER, target=22)


def test_only_seats_that_are_open_now_are_shown() -> None:
    view = holding_view(HoldingRecord(LICENCE, EARLIER, EARLIER), NOW)
    assert [(item.quantity, item.until) for item in view.refundable_seats] == [(3, LATER), (1, None)]


@pytest.mark.parametrize("fields", [{"missing_since": NOW}, {"actions": (GIVEN,)}])
def test_none_of_what_is_missing_or_was_given_back(fields: dict[str, object]) -> None:
    record = HoldingRecord(LICENCE, EARLIER, EARLIER, **fields)  # type: ignore[arg-type]
    assert holding_view(record, NOW).refundable_seats == ()


def test_refunds_are_shown_as_they_were_told_and_when() -> None:
    quoted = ToldRefund(Money(Decimal("1E+3"), "USD"), EARLIER)
    told = ToldRefund(Money(Decimal("20.720"), "GBP"), EARLIER + timedelta(hours=1))
    record = HoldingRecord(holding(HoldingKind.RESERVATION), EARLIER, EARLIER, refund=quoted, refunded=told)
    view = holding_view(record, NOW)
    assert view.refund is not None
    assert view.refunded is not None
    assert (view.refund.amount, view.refund.currency, view.refund.quoted_at) == ("1000", "USD", EARLIER)
    assert (view.refunded.amount, view.refunded.currency) == ("20.720", "GBP")
    assert view.refunded.told_at == EARLIER + timedelta(hours=1)


def test_without_any_nothing_is_shown() -> None:
    view = holding_view(HoldingRecord(holding(HoldingKind.RESERVATION), EARLIER, EARLIER), NOW)
    assert (view.refundable_seats, view.refund, view.refunded) == ((), None, None)
