"""What an offboarding left of money when it ended: what is paid on until when, and what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from shared.domain.money import Money, added_up
from shared.domain.wording import count_of


class Payment(StrEnum):
    """What is paid on. UNTIL_DATE: as far as a known date. UNTIL_DONE: until the pipeline has ended it, which waits for
    no term. NOTHING: nothing. NO_END_KNOWN: something runs on and renews, or nobody knows its end. NOT_READ: what the
    customer holds was not read."""

    UNTIL_DATE = "until_date"
    UNTIL_DONE = "until_done"
    NOTHING = "nothing"
    NO_END_KNOWN = "no_end_known"
    NOT_READ = "not_read"


PAYMENT_WORDS: Mapping[Payment, str] = MappingProxyType(
    {
        Payment.UNTIL_DATE: "until a date",
        Payment.UNTIL_DONE: "until it is ended by this offboarding",
        Payment.NOTHING: "nothing is paid on",
        Payment.NO_END_KNOWN: "runs on, no end known",
        Payment.NOT_READ: "not looked at",
    }
)
"""For people, in English."""


def payment_words(text: object) -> str:
    """Those of a word on the wire; one of a later version stands for itself, nothing for none."""
    word = str(text or "")
    return PAYMENT_WORDS[Payment(word)] if word in list(Payment) else word.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Refunds:
    """Of the `returns` that were made: what was quoted for them, what their answers told, and how many told nothing
    (`untold`). Amounts as they were told, one for each currency."""

    returns: int = 0
    untold: int = 0
    expected: tuple[Money, ...] = ()
    confirmed: tuple[Money, ...] = ()

    @property
    def sentence(self) -> str:
        """For people, in English: in words too where nothing is known."""
        if not self.returns:
            return "nothing was returned"
        amounts = (("expected", self.expected), ("confirmed", self.confirmed))
        parts = [f"{word} {' and '.join(money.text for money in told)}" for word, told in amounts if told]
        if self.untold:
            parts.append(f"{count_of(self.untold, 'return')} without a confirmed amount")
        return "; ".join(parts)


def together(several: Iterable[Refunds]) -> Refunds:
    """All of them as one, each currency by itself."""
    found = tuple(several)
    return Refunds(
        returns=sum(item.returns for item in found),
        untold=sum(item.untold for item in found),
        expected=added_up(money for item in found for money in item.expected),
        confirmed=added_up(money for item in found for money in item.confirmed),
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """As it stood at the end. `until` (aware UTC) goes with UNTIL_DATE alone, and may have passed."""

    payment: Payment
    until: datetime | None = None
    refunds: Refunds = Refunds()
