"""Availabilities of a SKU (the catalogue): for which terms it is sold to a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.http.call import Call
from shared.adapters.http.pages import Page
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.adapters.partner_center.paging import partner_center_page
from shared.domain.holdings.windows import months_of

MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Availability:
    """One way in which a SKU is sold. `terms`: the length (ISO 8601) and the billing cycle of each; `renewable`: false
    only where the answer says so."""

    id: str
    terms: tuple[tuple[str, str], ...]
    renewable: bool

    @property
    def monthly_cycle(self) -> str | None:
        """The billing cycle of its monthly term, as the catalogue writes it; None without such a term."""
        return next(
            (cycle for length, cycle in self.terms if months_of(length) == 1 and cycle.casefold() == MONTHLY), None
        )


def availability(record: Record) -> Availability:
    """One availability."""
    terms = tuple((item.text("duration") or "", item.text("billingCycle") or "") for item in record.children("terms"))
    return Availability(record.required("id"), terms, record.flag("isRenewable") is not False)


def availability_page(service: ServiceClient, call: Call, value: object) -> Page:
    """A collection (reference), or one availability alone, as the how-to page shows it."""
    if isinstance(value, dict):
        record = Record(value, service.where(call))
        if not record.has("items") and record.has("terms"):
            return Page((record,))
    return partner_center_page(service, call, value)


def monthly_one(offered: Sequence[Availability], current: str) -> Availability | None:
    """The one to renew into month by month: the present one (`current`), or the only one. Several others may be meant
    for other customers (schools, charities), so none of them is taken."""
    found = [one for one in offered if one.renewable and one.monthly_cycle is not None]
    same = [one for one in found if one.id.casefold() == current.casefold()]
    return same[0] if same else found[0] if len(found) == 1 else None
