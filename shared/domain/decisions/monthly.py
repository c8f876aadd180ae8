"""Whether a holding can renew month by month instead of for its whole term, as far as Microsoft's answers tell."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.decisions.renewals import Renewal
from shared.domain.decisions.windows import WINDOWED
from shared.domain.holdings.model import Holding, HoldingStatus
from shared.domain.holdings.windows import months_of

LISTED = "Microsoft lists no monthly term for it"


def cannot_be_monthly(holding: Holding, renewal: Renewal) -> str:
    """Why no instructions can be given for its next term, whatever the catalogue says; "" where they can."""
    if holding.kind not in WINDOWED:
        return "only subscriptions of the new commerce can renew month by month"
    if holding.status is not HoldingStatus.ACTIVE:
        return f"it is {holding.status.value}, so that nothing can be planned for its next term"
    if not renewal.changeable:
        return "it must not be changed now"
    if not holding.next_term.product_id:
        return "it shows no product whose terms could be looked up"
    return ""


def without_a_month(lengths: Sequence[str]) -> str:
    """Why it cannot renew month by month, by the lengths of term that Microsoft lists; "" where it can."""
    if any(months_of(length) == 1 for length in lengths):
        return ""
    listed = ", ".join(length for length in lengths if length)
    return f"{LISTED} (only {listed})" if listed else LISTED
