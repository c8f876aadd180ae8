"""What has one status, for a page that shows at most so many: where there are more, those that waited most."""

from __future__ import annotations

from shared.domain.offboarding.states import Status
from shared.ports.listing import Order, Page
from shared.ports.store import Filter, OffboardingStore


def oldest(store: OffboardingStore, status: Status, at_most: int) -> Page:
    """At most so many. Only where they are more, the dearer list is read that begins with the oldest."""
    page = store.find(Filter(statuses=(status,), limit=at_most))
    if page.next is None:
        return page
    return store.find(Filter(statuses=(status,), limit=at_most, order=Order.CREATED))
