"""Orders (order resources)."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import Order, OrderLine


def order(record: Record) -> Order:
    """One order; some answers carry no status."""
    return Order(
        id=record.required("id"),
        status=record.text("status"),
        created_at=record.moment("creationDate"),
        lines=tuple(_line(item) for item in record.children("lineItems")),
    )


def _line(record: Record) -> OrderLine:
    number = record.integer("lineItemNumber")
    if number is None:
        raise UnreadableAnswerError(f"{record.where}.lineItemNumber: expected a whole number, got nothing")
    return OrderLine(
        number=number,
        offer_id=record.text("offerId") or "",
        name=record.text("friendlyName") or "",
        quantity=record.integer("quantity"),
        subscription_id=record.reference("subscriptionId"),
    )
