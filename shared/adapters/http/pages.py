"""Collections read to their end. A page that cannot be read, repeats or leads elsewhere fails the whole read (I8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from shared.adapters.http.call import Call
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import Collection

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
    service: ServiceClient,
    first: Call,
    open_page: OpenPage,
    parse: Callable[[Record], T],
    limit: int = MAX_PAGES,
    *,
    identity: Callable[[T], str] | None = None,
) -> Collection[T]:
    """Every item of every page; raises UnreadableAnswerError after `limit` pages or when a page comes again.

    Two pages may show one item, because others are added between them: where items have an `identity`, what comes
    again unchanged counts once. A list whose pages do not fit together may have grown meanwhile, and is read again.
    """
    found, pages = _read_once(service, first, open_page, parse, limit, identity)
    if pages > 1 and not found.complete:
        found, _ = _read_once(service, first, open_page, parse, limit, identity)
    return found


def _read_once(
    service: ServiceClient,
    first: Call,
    open_page: OpenPage,
    parse: Callable[[Record], T],
    limit: int,
    identity: Callable[[T], str] | None,
) -> tuple[Collection[T], int]:
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
    items = tuple(parse(item) for page in pages for item in page.items)
    once = items if identity is None else _once(items, identity)
    return Collection(once, _total(pages, len(once))), len(pages)


def _once(items: Sequence[T], identity: Callable[[T], str]) -> tuple[T, ...]:
    """Without what came before just as it is. Two states of one item both stay: neither may hide the other (I8)."""
    kept: dict[str, list[T]] = {}
    for item in items:
        same = kept.setdefault(identity(item).casefold(), [])
        if item not in same:
            same.append(item)
    return tuple(item for same in kept.values() for item in same)


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


def _total(pages: Sequence[Page], once: int) -> int | None:
    """What the service says it holds. Over several pages the number may count the page or the whole collection; what
    fits neither is returned as it is, so that the collection shows up as incomplete. Where an item was shown again
    (`once` is the number without) another may be missing, and only a total of the whole tells that none is."""
    totals = [page.total for page in pages]
    said = [total for total in totals if total is not None]
    count = sum(len(page.items) for page in pages)
    if not said:
        return None if once == count else count
    if all(total is None or total == len(page.items) for page, total in zip(pages, totals, strict=True)):
        return count
    return next((total for total in said if total != once), once)
