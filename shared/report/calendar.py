"""What will happen, for a program that reads calendars: windows, terms, removals, and approvals that are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.wording import plain, shorten
from shared.pipeline.core.services import Services
from shared.ports.store import Filter
from shared.ports.walk import LIVE, walk
from shared.report.moments import Moment, moments_of

MOST = 2_000
APPROVAL = "approval is due"
DUE_AFTER = timedelta(days=1)
"""A plan that waits longer for its approval may miss a window."""


def calendar(services: Services, console: str = "") -> bytes:
    """iCalendar (RFC 5545) of at most 2 000 live offboardings. `console`: the address of the pages, for links.

    An entry keeps its UID while it is about the same, so that a program moves it rather than adding another.
    """
    found = Calendar()
    found.add("prodid", "-//CSP offboarding pipeline//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", "Offboardings")
    found.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for head in walk(services.store, Filter(statuses=LIVE), MOST):
        for number, moment in enumerate(_moments(head)):
            found.add_component(_event(moment, number, head, console))
    return bytes(found.to_ical())


def _moments(head: Offboarding) -> Iterable[Moment]:
    name = head.customer.company_name if head.customer else head.request.company_name or head.request.domain or head.id
    yield from moments_of(head, name)
    if head.status is Status.AWAITING_APPROVAL:
        since = head.told.at if head.told is not None else head.updated_at
        yield Moment(APPROVAL, since + DUE_AFTER, head.id, name)


def _event(moment: Moment, number: int, head: Offboarding, console: str) -> Event:
    event = Event()
    what = moment.what[0].upper() + moment.what[1:]
    about = f": {moment.about}" if moment.about else ""
    event.add("uid", f"{head.id}-{moment.what.replace(' ', '-')}-{number}@offboarding")
    event.add("dtstamp", head.updated_at)
    event.add("dtstart", moment.at)
    event.add("summary", shorten(plain(f"{what}: {moment.customer}{about}"), 200))
    why = head.reason.text if head.reason else ""
    event.add("description", shorten(plain(why), 1000))
    if console:
        event.add("url", f"{console}/offboardings/{head.id}")
    event.add("transp", "TRANSPARENT")
    return event
