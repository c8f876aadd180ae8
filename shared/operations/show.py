"""Reading offboardings for people: one with everything, or a page of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.contracts.views import OffboardingView, PageView, TextLine, offboarding_view, summary_view
from shared.domain.codes import ReasonCode
from shared.domain.decisions.planned_work import planned_work
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.identifiers import UNREADABLE, offboarding_id
from shared.domain.offboarding.states import Status
from shared.operations.list_query import READERS, parse_list
from shared.pipeline.core.export import as_file, evidence_file
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.store import Filter, Page


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
    """A page of offboardings; raises InvalidRequestError for a query that is not understood."""
    page, following = list_page(query, services), None
    if page.next is not None:
        kept = {name: value for name, value in query.items() if value and name in READERS}
        following = f"{path}?{urlencode({**kept, 'after': page.next})}"
    return PageView(items=tuple(summary_view(item) for item in page.items), next=following)


def list_page(query: Mapping[str, str], services: Services) -> Page:
    """The same page as it is stored; raises InvalidRequestError for a query that is not understood."""
    asked = parse_list(query)
    if asked.request_id is not None:
        return _of_request(asked.request_id, asked.wanted, services)
    return services.store.find(asked.wanted)


def _of_request(request_id: str, wanted: Filter, services: Services) -> Page:
    """The one offboarding of a request id, which follows from it, if the rest of the filter lets it through. What was
    refused unread is found by the id that its event shows in place of one."""
    for identity in (offboarding_id(request_id), request_id.removeprefix(UNREADABLE)):
        stored = services.store.load(identity)
        head = stored.offboarding if stored is not None else None
        if head is not None and head.request.request_id == request_id:
            return Page((head,) if wanted.matches(head) else (), None)
    return Page((), None)
