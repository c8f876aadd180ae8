"""Azure Resource Manager's JSON for reservations, savings plans and refunds (api-version 2022-11-01)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from shared.adapters.http.moments import end_of_day
from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import Reservation, SavingsPlan
from shared.domain.money import Money

CURRENCY = re.compile(r"[A-Za-z]{3}")
TOO_MUCH = Decimal(10) ** 12
TOO_FINE = Decimal("0.000001")
"""What is larger or finer is no refund: whatever it is, it is not shown as one."""


def reservation(record: Record) -> Reservation:
    """One reservation; the ids come from its resource id, an absent state is "" (unknown, so it blocks)."""
    ids = _resource_ids(record)
    properties = record.child("properties")
    identifier = _required(record, ids, "reservations")
    return Reservation(
        order_id=_required(record, ids, "reservationorders"),
        id=identifier,
        name=properties.text("displayName") or identifier,
        state=properties.text("provisioningState") or "",
        quantity=properties.integer("quantity"),
        expires_at=_expiry(properties),
        renew=properties.flag("renew"),
    )


def savings_plan(record: Record) -> SavingsPlan:
    """One savings plan."""
    properties = record.child("properties")
    ids = _resource_ids(record)
    identifier = _required(record, ids, "savingsplans")
    return SavingsPlan(
        id=identifier,
        name=properties.text("displayName") or identifier,
        state=properties.text("provisioningState") or "",
        expires_at=_expiry(properties),
        order_id=ids.get("savingsplanorders"),
        renew=properties.flag("renew"),
    )


def policy_error(record: Record) -> tuple[str, str] | None:
    """Code and text of the first policy error of a refund. They arrive inside a 200 (calculate refund): a product that
    cannot be refunded, or a limit that is used up."""
    errors = record.child("properties").child("policyResult").child("properties").children("policyErrors")
    if not errors:
        return None
    return errors[0].text("code") or "PolicyError", errors[0].text("message") or "the refund is not allowed"


def refund_amount(record: Record) -> Money | None:
    """What is refunded, as the bill will show it; None where the answer does not tell it readably: an amount is shown
    to people, and decides nothing."""
    try:
        told = record.child("properties").child("billingRefundAmount")
        amount, currency = told.amount("amount"), told.text("currencyCode")
    except UnreadableAnswerError:
        return None
    if amount is None or currency is None or CURRENCY.fullmatch(currency) is None:
        return None
    odd = abs(amount) >= TOO_MUCH or amount != amount.quantize(TOO_FINE)
    return None if odd else Money(amount, currency.upper())


def _expiry(properties: Record) -> datetime | None:
    exact = properties.moment("expiryDateTime")
    day = properties.moment("expiryDate")
    return exact or (end_of_day(day) if day else None)


def _resource_ids(record: Record) -> Mapping[str, str]:
    # /providers/Microsoft.Capacity/reservationOrders/{order}/reservations/{reservation}, in any case
    parts = record.required("id").strip("/").split("/")
    return {kind.casefold(): name for kind, name in zip(parts[::2], parts[1::2], strict=False) if name}


def _required(record: Record, ids: Mapping[str, str], kind: str) -> str:
    if kind not in ids:
        raise UnreadableAnswerError(f"{record.where}.id: expected a resource id with {kind}, got {record.text('id')!r}")
    return ids[kind]
