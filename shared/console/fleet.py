"""The first page: what needs a person, how many stand where, the next months, and a table to search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.console.approvals import asked_since
from shared.console.months import Month, next_months
from shared.console.standing import STATUS_WORDS
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.needs import NeedKind, needs_of
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.wording import count_of, stamp
from shared.operations.found import of_product
from shared.operations.show import list_page
from shared.pipeline.core.services import Services
from shared.ports.store import Filter
from shared.ports.walk import LIVE, walk
from shared.report.held import HoldingFacts, held
from shared.report.moments import moments_of

LOOKED_AT = 1000
"""So many live offboardings are read for the top of the page; where there are more, the page says so."""
NAMED = 5
"""So many closing windows are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a person has to look at; `href` shows it."""

    words: str
    href: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A holding that was searched for. `done`: what was done to it, and when."""

    name: str
    units: str
    status: str
    done: str


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
    holdings: tuple[HeldRow, ...] = ()


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
    page, product = list_page(wanted, services), wanted.get("product", "")
    counts = Counter(head.status for head in live)
    return Fleet(
        needs=tuple(_needs(live, services)),
        counts=tuple((status.value, counts[status]) for status in LIVE if counts[status]),
        more=len(found) > LOOKED_AT,
        months=next_months(moments, now),
        rows=tuple(_with_holdings(head, product, services) for head in page.items),
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


def _with_holdings(head: Offboarding, product: str, services: Services) -> Row:
    """One line, with the holdings that are of `product`, where one is searched for."""
    found = of_product(head.id, product, services) if product else ()
    now = services.clock.now()
    return replace(row_of(head), holdings=tuple(_held(held(record, now, finished=head.finished)) for record in found))


def _held(found: HoldingFacts) -> HeldRow:
    done = "; ".join(f"{one.what}: {one.how}, {stamp(one.at)}" for one in found.done)
    return HeldRow(found.name, found.units, found.status, done or "nothing was done to it")


def _needs(live: Iterable[Offboarding], services: Services) -> Iterable[Need]:
    """The same that `needsMe` lists: what asks as so many, windows by name."""
    now = services.clock.now()
    found = [(head, need) for head in live for need in needs_of(head, now)]
    waiting = [head for head, need in found if need.kind is NeedKind.APPROVAL]
    if waiting:
        oldest = now - min(asked_since(head, services) for head in waiting)
        words = f"{count_of(len(waiting), 'plan')} to approve or reject (the oldest has waited for {_long(oldest)})"
        yield Need(words, "/console/approvals", urgent=oldest > timedelta(days=3))
    asked = sum(need.kind is NeedKind.DECISION for _, need in found)
    if asked:
        words = f"{count_of(asked, 'offboarding needs', 'offboardings need')} a decision"
        yield Need(words, "/console/decisions", urgent=True)
    closing = sorted(
        ((need.at, head) for head, need in found if need.at is not None), key=lambda item: (item[0], item[1].id)
    )
    for at, head in closing[:NAMED]:
        words = f"A window to cancel or give back closes in {_long(at - now)}: {name_of(head)}"
        yield Need(words, f"/console/offboardings/{head.id}", urgent=at - now < timedelta(days=1))
    if len(closing) > NAMED:
        more = count_of(len(closing) - NAMED, "more window closes", "more windows close")
        yield Need(f"{more} within seven days", "/console?needsMe=true&sort=due", urgent=False)


def _long(span: timedelta) -> str:
    """A length of time as people say it."""
    hours = int(span.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    return count_of(hours // 24, "day") if hours >= 48 else count_of(hours, "hour")
