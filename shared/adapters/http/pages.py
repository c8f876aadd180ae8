"""Collections read to their end. A page that cannot be read, repeats or leads elsewhere fails the whole read (I8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from shared.adapters.http.call import Call
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.domain.errors import UnreadableAnswerError
from shared.domain.partner import Collection

MAX_PAGES = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its items, the total that it claims, and the call for the next page."""

    items: tuple[Record, ...]
    total: int | None = None
    following: Call | None = None


OpenPage = Callable[[ServiceClient, Call, object], Page]
"""How one service writes a page: reads the JSON value that answered the call."""


def read_all(
    service: ServiceClient, first: Call, open_page: OpenPage, parse: Callable[[Record], T], limit: int = MAX_PAGES
) -> Collection[T]:
    """Every item of every page; raises UnreadableAnswerError after `limit` pages or when a page comes again."""
    pages: list[Page] = []
    seen: set[tuple[str, str, frozenset[tuple[str, str]]]] = set()
    call: Call | None = first
    while call is not None:
        place = (call.path, call.query, frozenset(call.headers.items()))
        if place in seen:
            raise UnreadableAnswerError(f"{service.where(call)}: the link to the next page repeats")
        if len(pages) == limit:
            raise UnreadableAnswerError(f"{service.where(call)}: more than {limit} pages")
        seen.add(place)
        page = open_page(service, call, service.read(call))
        pages.append(page)
        call = page.following
    return Collection(tuple(parse(item) for page in pages for item in page.items), _total(pages))


def odata_page(service: ServiceClient, call: Call, value: object) -> Page:
    """Microsoft Graph (`@odata.nextLink`) and Azure Resource Manager (`nextLink`): items in `value`, absolute links."""
    record = Record(value, service.where(call))
    if not record.has("value"):
        raise UnreadableAnswerError(f"{record.where}.value: expected a list, got nothing")
    link = record.text("@odata.nextLink") or record.text("nextLink")
    following = None if link is None else linked(service, call, link)
    return Page(record.children("value"), record.integer("@odata.count"), following)


def linked(service: ServiceClient, call: Call, link: str, prefix: str = "") -> Call:
    """The call for a next link: same host and same resource as `call`, never the link's own path (I6)."""
    path, query = service.local_link(link, call)
    wanted = call.path.casefold()
    if wanted not in {path.casefold(), f"{prefix}{path}".casefold()}:
        raise UnreadableAnswerError(f"{service.where(call)}: the next page is another resource; not followed")
    return replace(call, query=query)


def _total(pages: Sequence[Page]) -> int | None:
    """What the service says it holds. Over several pages the number may count the page or the whole collection; what
    fits neither reading is returned as it is, so that the collection shows up as incomplete."""
    totals = [page.total for page in pages]
    said = [total for total in totals if total is not None]
    if len(pages) == 1 or not said:
        return totals[0]
    count = sum(len(page.items) for page in pages)
    if all(total is None or total == len(page.items) for page, total in zip(pages, totals, strict=True)):
        return count
    return next((total for total in said if total != count), count)
