"""Amounts as Microsoft tells them: never converted, never added up across currencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency that it was told in (ISO 4217)."""

    amount: Decimal
    currency: str

    @property
    def text(self) -> str:
        """For people: two decimals at least."""
        exact = self.amount.normalize()
        decimals = max(2, -exponent if isinstance(exponent := exact.as_tuple().exponent, int) else 2)
        return f"{self.amount:.{decimals}f} {self.currency}"


@dataclass(frozen=True, slots=True)
class ToldRefund:
    """A refund as Azure told it, and when (business time, aware UTC)."""

    money: Money
    at: datetime


def added_up(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One amount for each currency, never across them."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for money in amounts:
        sums[money.currency] += money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
