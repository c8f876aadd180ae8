"""What will happen, for a program that reads calendars and for one that reads JSON: windows, terms, removals, and
approvals that are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from icalendar import Calendar, Event

from shared.contracts.calendar import CalendarView, Coming, MomentView
from shared.contracts.event_data import customer_data
from shared.domain.offboarding.called import name_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.wording import plain, shorten
from shared.operations.list_query import parse_filters
from shared.operations.show import of_request
from shared.pipeline.core.services import Services
from shared.ports.walk import LIVE, walk
from shared.report.moments import Moment, moments_of

MOST = 2_000
DUE_AFTER = timedelta(days=1)
"""A plan that waits longer for its approval may miss a window."""


@dataclass(frozen=True, slots=True)
class _Found:
    heads: tuple[Offboarding, ...]
    more: bool


def calendar(services: Services, console: str = "", query: Mapping[str, str] | None = None) -> bytes:
    """iCalendar (RFC 5545) of at most 2 000 live offboardings. `console`: the address of the pages, for links. `query`:
    the filters of the list; raises InvalidRequestError for others.

    An entry keeps its UID while it is about the same, so that a program moves it rather than adding another.
    """
    found = Calendar()
    found.add("prodid", "-//CSP offboarding pipeline//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", "Offboardings")
    found.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for head in _find(query or {}, services).heads:
        for number, moment in enumerate(_moments(head)):
            found.add_component(_event(moment, number, head, console))
    return bytes(found.to_ical())


def calendar_view(services: Services, query: Mapping[str, str]) -> CalendarView:
    """The same for programs, soonest first. Raises InvalidRequestError."""
    found = _find(query, services)
    moments = [_view(moment, head) for head in found.heads for moment in _moments(head)]
    return CalendarView(items=tuple(sorted(moments, key=lambda one: one.at)), more=found.more)


def wants_calendar(accept: str) -> bool:
    """Whether the header Accept (RFC 9110) asks for iCalendar."""
    return any(part.partition(";")[0].strip() == "text/calendar" for part in accept.lower().split(","))


def _find(query: Mapping[str, str], services: Services) -> _Found:
    """What is live among what the filters find."""
    asked = parse_filters(query)
    wanted = tuple(status for status in LIVE if status in (asked.wanted.statuses or LIVE))
    if not wanted:
        return _Found((), more=False)
    live = replace(asked.at(services.clock.now()), statuses=wanted)
    if asked.request_id is not None:
        return _Found(of_request(asked.request_id, live, services).items, more=False)
    heads = tuple(walk(services.store, live, MOST + 1))
    return _Found(heads[:MOST], len(heads) > MOST)


def _moments(head: Offboarding) -> Iterable[Moment]:
    name = name_of(head)
    yield from moments_of(head, name)
    if head.status is Status.AWAITING_APPROVAL:
        since = head.told.at if head.told is not None else head.updated_at
        yield Moment(Coming.APPROVAL_IS_DUE, since + DUE_AFTER, head.id, name)


def _view(moment: Moment, head: Offboarding) -> MomentView:
    return MomentView(
        what=moment.what,
        at=moment.at,
        offboarding_id=head.id,
        request_id=head.request.request_id,
        status=head.status.value,
        customer=customer_data(head),
        about=moment.about or None,
    )


def _event(moment: Moment, number: int, head: Offboarding, console: str) -> Event:
    event = Event()
    what = moment.what.words.capitalize()
    about = f": {moment.about}" if moment.about else ""
    event.add("uid", f"{head.id}-{moment.what.value.replace('_', '-')}-{number}@offboarding")
    event.add("dtstamp", head.updated_at)
    event.add("dtstart", moment.at)
    event.add("summary", shorten(plain(f"{what}: {moment.customer}{about}"), 200))
    why = head.reason.text if head.reason else ""
    event.add("description", shorten(plain(why), 1000))
    if console:
        event.add("url", f"{console}/offboardings/{head.id}")
    event.add("transp", "TRANSPARENT")
    return event
