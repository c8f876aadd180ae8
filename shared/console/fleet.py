"""The first page: what needs a person, how many stand where, the next months, and a table to search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.console.approvals import asked_since
from shared.console.months import Month, next_months
from shared.console.standing import STATUS_WORDS
from shared.contracts.calendar import Coming
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.wording import count_of
from shared.operations.show import list_page
from shared.pipeline.core.services import Services
from shared.ports.store import Filter
from shared.ports.walk import LIVE, walk
from shared.report.moments import Moment, moments_of

LOOKED_AT = 1000
"""So many live offboardings are read for the top of the page; where there are more, the page says so."""
SOON = timedelta(days=7)
NAMED = 5
"""So many closing windows are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a person has to look at; `href` shows it."""

    words: str
    href: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One offboarding in the table."""

    offboarding_id: str
    name: str
    domain: str
    where: str
    why: str
    status: str
    at: datetime | None
    paid: Paid
    dry_run: bool
    batch_id: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """What the page shows. `more`: there are more live ones than were looked at."""

    needs: tuple[Need, ...]
    counts: tuple[tuple[str, int], ...]
    more: bool
    months: tuple[Month, ...]
    rows: tuple[Row, ...]
    next: str | None


def fleet(query: Mapping[str, str], services: Services) -> Fleet:
    """Reads at most 1 000 live offboardings and one page; raises InvalidRequestError for a query that is not known."""
    now = services.clock.now()
    found = list(walk(services.store, Filter(statuses=LIVE), LOOKED_AT + 1))
    live = found[:LOOKED_AT]
    moments = [item for head in live for item in moments_of(head, name_of(head))]
    wanted = {name: value for name, value in query.items() if value}
    page = list_page(wanted, services)
    counts = Counter(head.status for head in live)
    return Fleet(
        needs=tuple(_needs(live, moments, services)),
        counts=tuple((status.value, counts[status]) for status in LIVE if counts[status]),
        more=len(found) > LOOKED_AT,
        months=next_months(moments, now),
        rows=tuple(row_of(head) for head in page.items),
        next=page.next,
    )


def row_of(head: Offboarding) -> Row:
    """One line of the table."""
    return Row(
        offboarding_id=head.id,
        name=name_of(head),
        domain=domain_of(head),
        where=STATUS_WORDS[head.status],
        why=head.reason.text if head.reason else "",
        status=head.status.value,
        at=None if head.finished else head.next_attempt_at,
        paid=paid_of(head),
        dry_run=head.request.dry_run,
        batch_id=head.request.batch_id or "",
    )


def _needs(live: Iterable[Offboarding], moments: Iterable[Moment], services: Services) -> Iterable[Need]:
    heads, now = list(live), services.clock.now()
    waiting = [head for head in heads if head.status is Status.AWAITING_APPROVAL]
    if waiting:
        oldest = now - min(asked_since(head, services) for head in waiting)
        words = f"{count_of(len(waiting), 'plan')} to approve or reject (the oldest has waited for {_long(oldest)})"
        yield Need(words, "/console/approvals", urgent=oldest > timedelta(days=3))
    asked = sum(head.status is Status.NEEDS_ATTENTION for head in heads)
    if asked:
        words = f"{count_of(asked, 'offboarding needs', 'offboardings need')} a decision"
        yield Need(words, "/console?status=needs_attention", urgent=True)
    closing = sorted(
        (item for item in moments if item.what is Coming.WINDOW_CLOSES and now <= item.at <= now + SOON), key=_when
    )
    for item in closing[:NAMED]:
        words = f"A window to cancel or give back closes in {_long(item.at - now)}: {item.customer}"
        yield Need(words, f"/console/offboardings/{item.offboarding_id}", urgent=item.at - now < timedelta(days=1))
    if len(closing) > NAMED:
        more = count_of(len(closing) - NAMED, "more window closes", "more windows close")
        yield Need(f"{more} within seven days", "/console#months-title", urgent=False)


def _when(item: Moment) -> datetime:
    return item.at


def _long(span: timedelta) -> str:
    """A length of time as people say it."""
    hours = int(span.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    return count_of(hours // 24, "day") if hours >= 48 else count_of(hours, "hour")
