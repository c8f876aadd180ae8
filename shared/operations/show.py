"""Reading offboardings for people: one with everything, or a page of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.contracts.views import OffboardingView, PageView, TextLine, offboarding_view, summary_view
from shared.domain.codes import ReasonCode
from shared.domain.decisions.planned_work import planned_work
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.states import Status
from shared.pipeline.core.export import as_file, evidence_file
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.store import Filter, Page

LARGEST_PAGE = 200
KNOWN = ("status", "customerTenantId", "limit", "after")


@dataclass(frozen=True, slots=True)
class Shown:
    """One offboarding, and the ETag of the record that it was read from."""

    view: OffboardingView
    etag: str


def show(offboarding_id: str, services: Services) -> Shown | None:
    """One offboarding with holdings and timeline; None when there is none. While an approval is asked for, each holding
    shows what will be done about it."""
    stored = services.store.load(offboarding_id)
    if stored is None:
        return None
    head, session = stored.offboarding, Session(stored, services)
    asks = head.status is Status.AWAITING_APPROVAL
    planned = planned_work(session.situation, head.request.not_before) if asks else ()
    timeline = services.store.timeline(offboarding_id)
    view = offboarding_view(head, session.records, timeline, services.clock.now(), planned)
    return Shown(view, stored.etag)


def show_evidence(offboarding_id: str, query: Mapping[str, str], services: Services) -> bytes | None:
    """The evidence so far, JSON Lines, signed once it has ended; None when there is no such offboarding.

    `part=texts`: the personal texts beside it. Raises InvalidRequestError for another query.
    """
    for name, value in query.items():
        if name not in ("part", "code") or (name == "part" and value != "texts"):
            raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, "only part=texts is known", value)
    stored = services.store.load(offboarding_id)
    if stored is None:
        return None
    if "part" in query:
        return as_file(TextLine.of(aside).to_json() for aside in services.store.asides(offboarding_id))
    return evidence_file(services.store, stored.offboarding)


def show_page(query: Mapping[str, str], path: str, services: Services) -> PageView:
    """A page of offboardings, newest first; raises InvalidRequestError for a query that is not understood."""
    wanted = _filter(query)
    page = services.store.find(wanted)
    following = None
    if page.next is not None:
        kept = {name: value for name, value in query.items() if name in KNOWN}
        following = f"{path}?{urlencode({**kept, 'after': page.next})}"
    return PageView(items=tuple(summary_view(item) for item in page.items), next=following)


def list_page(query: Mapping[str, str], services: Services) -> Page:
    """The same page as it is stored; raises InvalidRequestError for a query that is not understood."""
    return services.store.find(_filter(query))


def _filter(query: Mapping[str, str]) -> Filter:
    for name in query:
        if name not in (*KNOWN, "code"):
            raise InvalidRequestError(
                ReasonCode.UNKNOWN_FIELD, name, f"is not a known filter; known are {', '.join(KNOWN)}"
            )
    return Filter(
        statuses=tuple(_status(word) for word in query.get("status", "").split(",") if word),
        customer_id=query["customerTenantId"].lower() if query.get("customerTenantId") else None,
        limit=_number(query, "limit", 50, LARGEST_PAGE),
        after=str(_number(query, "after", 0, 2**53)) if query.get("after") else None,
    )


def _status(word: str) -> Status:
    known = ", ".join(status.value for status in Status)
    try:
        return Status(word)
    except ValueError:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "status", f"must be one of {known}", word) from None


def _number(query: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 16 or not 1 <= int(text) <= largest:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, f"must be a whole number from 1 to {largest}", text)
    return int(text)
