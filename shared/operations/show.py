"""Reading offboardings for people: one with everything, or a page of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from shared.contracts.etags import digest_of
from shared.contracts.list_views import PageView, listed_view
from shared.contracts.views import OffboardingView, TextLine, offboarding_view
from shared.domain.codes import ReasonCode
from shared.domain.decisions.planned_work import planned_work
from shared.domain.decisions.undo import undo_of
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.identifiers import UNREADABLE, offboarding_id
from shared.domain.offboarding.needs import needs_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.stops import stops_at_once
from shared.operations.found import of_product
from shared.operations.list_query import READERS, parse_list
from shared.pipeline.core.export import as_file, evidence_file
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.store import Filter, Page

SOONEST, LATEST = 5, 3600
"""Seconds after which whoever follows an offboarding looks again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One offboarding, and the ETag of the record that it was read from. `drift` tells one look from another where
    the record is the same and time alone has changed what is shown; `look_after`: when it is worth looking again, in
    whole seconds; None once it has ended."""

    view: OffboardingView
    etag: str
    drift: str = ""
    look_after: int | None = None


def show(offboarding_id: str, services: Services) -> Shown | None:
    """One offboarding with holdings and timeline; None when there is none. While an approval is asked for, and after a
    dry run that would not stop at once, each holding shows what will be done about it; while it is live, what a
    withdrawal would do."""
    stored = services.store.load(offboarding_id)
    if stored is None:
        return None
    head, session = stored.offboarding, Session(stored, services)
    timeline = services.store.timeline(offboarding_id)

    def at(moment: datetime) -> OffboardingView:
        # What a dry run planned is told as of then, however much later it is looked at.
        planned_at = head.updated_at if head.finished else moment
        situation = session.situation_at(planned_at) if head.shows_plan and not stops_at_once(head) else None
        planned = planned_work(situation, head.request.not_before) if situation is not None else ()
        # What differs from its evidence is not put back, so nothing of it is promised.
        live = not head.finished and head.withdrawal is None and not head.unproven
        undo = undo_of(session.situation_at(moment)) if live else {}
        return offboarding_view(head, session.records, timeline, moment, planned, undo)

    now = services.clock.now()
    view = at(now)
    drift = "" if view == at(head.updated_at) else digest_of(view.to_json())
    return Shown(view, stored.etag, drift, _look_after(head, now))


def _look_after(head: Offboarding, now: datetime) -> int | None:
    """At its next date, but an hour from now at the latest: a person may say something, and clocks may be wrong."""
    if head.finished:
        return None
    left = (head.next_attempt_at - now).total_seconds() if head.next_attempt_at is not None else 0.0
    return int(min(max(left, SOONEST), LATEST))


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
    asked, now = parse_list(query), services.clock.now()
    product = asked.wanted.product
    items = tuple(
        listed_view(
            head,
            now,
            needs_of(head, now) if asked.needs_me else None,
            of_product(head.id, product, services) if product or asked.holdings else None,
        )
        for head in page.items
    )
    return PageView(items=items, next=following)


def list_page(query: Mapping[str, str], services: Services) -> Page:
    """The same page as it is stored; raises InvalidRequestError for a query that is not understood."""
    asked = parse_list(query)
    wanted = asked.at(services.clock.now())
    if asked.request_id is not None:
        return of_request(asked.request_id, wanted, services)
    return services.store.find(wanted)


def of_request(request_id: str, wanted: Filter, services: Services) -> Page:
    """The one offboarding of a request id, which follows from it, if the rest of the filter lets it through. What was
    refused unread is found by the id that its event shows in place of one."""
    for identity in (offboarding_id(request_id), request_id.removeprefix(UNREADABLE)):
        stored = services.store.load(identity)
        head = stored.offboarding if stored is not None else None
        if head is not None and head.request.request_id == request_id:
            found = wanted.matches(head) and (not wanted.product or of_product(head.id, wanted.product, services))
            return Page((head,) if found else (), None)
    return Page((), None)
