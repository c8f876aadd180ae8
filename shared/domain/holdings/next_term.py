"""For how long a subscription runs, and what it renews into, as far as its resource shows."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.holdings.windows import months_of

MONTH = 1


@dataclass(frozen=True, slots=True)
class NextTerm:
    """The product that a subscription renews into (ids of the catalogue, "" where none shows), the length of the term
    that runs (`now`) and of the one that follows (`then`): ISO 8601 such as P1Y, "" where nothing tells surely."""

    product_id: str = ""
    sku_id: str = ""
    now: str = ""
    then: str = ""

    @property
    def monthly(self) -> bool:
        """The next renewal is one for a month, which goes on month by month."""
        return months_of(self.then) == MONTH

    @property
    def by_month(self) -> bool:
        """It runs for a month, and goes on like this."""
        return self.monthly and months_of(self.now) == MONTH


NOTHING_SHOWN = NextTerm()
