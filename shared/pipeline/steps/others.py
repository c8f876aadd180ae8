"""What other offboardings know of a customer that Partner Center does not show: one of them may have removed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.states import TERMINAL, Status
from shared.ports.store import Filter, OffboardingStore

GONE = (Status.REMOVED, Status.ALREADY_REMOVED)
LIVE = tuple(status for status in Status if status not in TERMINAL)
BEYOND_PLANNING = tuple(status for status in LIVE if status not in (Status.RECEIVED, Status.PLANNING))
PAGE, PAGES = 200, 25
"""How far back a domain is looked for: 5 000 offboardings that are at work, and as many that ended a relationship."""


def other_of_customer(
    store: OffboardingStore, own_id: str, customer_id: str, fits: Callable[[Offboarding, Customer], bool]
) -> Offboarding | None:
    """Another offboarding, no dry run, of this identified customer that removes it now, or saw it gone.

    First those at work: one that ends between both looks is found by the second.
    """
    found = (
        other
        for statuses in (LIVE, GONE)
        for other in _all(store, statuses, customer_id)
        if other.id != own_id and not other.request.dry_run
        if other.customer is not None and fits(other, other.customer)
    )
    return next(found, None)


def customer_of_domain(store: OffboardingStore, own_id: str, domain: str) -> str | None:
    """The tenant id of the customer that another offboarding identified under this default domain."""
    found = (
        other.customer.id
        for statuses in (BEYOND_PLANNING, GONE)
        for other in _all(store, statuses)
        if other.id != own_id and other.customer is not None and other.customer.domain.casefold() == domain
    )
    return next(found, None)


def _all(
    store: OffboardingStore, statuses: tuple[Status, ...], customer_id: str | None = None
) -> Iterator[Offboarding]:
    after = None
    for _ in range(PAGES):
        page = store.find(Filter(statuses, customer_id, PAGE, after))
        yield from page.items
        if page.next is None:
            return
        after = page.next
