"""Reading offboardings for people: one with everything, or a page of many."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from shared.contracts.views import OffboardingView, PageView, offboarding_view, summary_view
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding import Status
from shared.ports.runtime import Filter
from shared.stages.services import Services

LARGEST_PAGE = 200
KNOWN = ("status", "customerTenantId", "limit", "after")


def show(offboarding_id: str, services: Services) -> OffboardingView | None:
    """One offboarding with holdings and timeline; None when there is none."""
    stored = services.store.load(offboarding_id)
    if stored is None:
        return None
    store = services.store
    return offboarding_view(stored.offboarding, store.holdings(offboarding_id), store.timeline(offboarding_id))


def show_page(query: Mapping[str, str], path: str, services: Services) -> PageView:
    """A page of offboardings, newest first; raises InvalidRequestError for a query that is not understood."""
    wanted = _filter(query)
    page = services.store.find(wanted)
    following = None
    if page.next is not None:
        kept = {name: value for name, value in query.items() if name in KNOWN}
        following = f"{path}?{urlencode({**kept, 'after': page.next})}"
    return PageView(items=tuple(summary_view(item) for item in page.items), next=following)


def _filter(query: Mapping[str, str]) -> Filter:
    for name in query:
        if name not in (*KNOWN, "code"):
            raise InvalidRequestError("unknown_field", name, f"is not a known filter; known are {', '.join(KNOWN)}")
    return Filter(
        statuses=tuple(_status(word) for word in query.get("status", "").split(",") if word),
        customer_id=query["customerTenantId"].lower() if query.get("customerTenantId") else None,
        limit=_number(query, "limit", 50, LARGEST_PAGE),
        after=str(_number(query, "after", 0, 2**53)) if query.get("after") else None,
    )


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError:
        rule = "must be one of " + ", ".join(status.value for status in Status)
        raise InvalidRequestError("wrong_value", "status", rule, word) from None


def _number(query: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 16 or not 1 <= int(text) <= largest:
        raise InvalidRequestError("wrong_value", name, f"must be a whole number from 1 to {largest}", text)
    return int(text)
