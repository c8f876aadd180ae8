"""Which terms a product can be bought for, and renewed into.

Source: "Get a list of availabilities for a SKU (by customer)": an availability lists its terms, each with a duration
and a billing cycle; licences are sold for a month, a year or three, server software for one year or three. That a
marketplace product is renewed for three years: the body of "Create scheduled changes for a subscription".
"""

from dataclasses import dataclass

from local.simulator.knobs import Knobs
from local.simulator.tenant.kinds import Kind

_YEARS = (("P1Y", "Annual"), ("P1Y", "Monthly"), ("P3Y", "Monthly"))
_MONTH = ("P1M", "Monthly")
_SOLD = {
    Kind.NCE_LICENCE: (_MONTH, *_YEARS),
    Kind.NCE_TRIAL: (_MONTH, *_YEARS),
    Kind.MARKETPLACE: (_MONTH, ("P1Y", "Annual"), ("P3Y", "Annual")),
    Kind.SOFTWARE_SUBSCRIPTION: (("P1Y", "Annual"), ("P3Y", "Triennial")),
    Kind.SAVINGS_PLAN: (("P1Y", "One_Time"), ("P3Y", "One_Time")),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One length of term with its billing cycle, as an availability lists it."""

    duration: str
    billing_cycle: str


def terms_of(kind: Kind, product_id: str, knobs: Knobs) -> tuple[Term, ...]:
    """The terms of a product of that kind; an Azure plan has none, and neither has a legacy offer."""
    yearly_only = product_id.upper() in {named.upper() for named in knobs.without_monthly_term}
    return tuple(
        Term(duration, cycle)
        for duration, cycle in _SOLD.get(kind, ())
        if not (yearly_only and (duration, cycle) == _MONTH)
    )
