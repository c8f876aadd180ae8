"""The report of a month: which offboardings ended, how, who asked and approved, what still waits."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.record import Offboarding
from shared.pipeline.core.services import Services
from shared.ports.store import Filter
from shared.ports.walk import walk
from shared.report.asked import who
from shared.report.cells import harmless
from shared.report.page import render

MOST = 20_000
"""So many offboardings are looked at; more than any month of any partner has, and a bound all the same."""
COLUMNS = (
    "endedAt",
    "customer",
    "domain",
    "tenantId",
    "status",
    "askedBy",
    "for",
    "reason",
    "approvedBy",
    "paidUntil",
    "evidenceHead",
    "offboardingId",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One offboarding that ended in the month."""

    ended_at: datetime
    customer: str
    domain: str
    tenant_id: str
    status: str
    asked_by: str
    for_whom: str
    reason: str
    approved_by: str
    paid_until: datetime | None
    head: str
    offboarding_id: str


@dataclass(frozen=True, slots=True)
class Period:
    """What the report says. `live`: how many stand where now; `whole`: everything was looked at."""

    month: str
    as_of: datetime
    lines: tuple[Line, ...]
    ended: tuple[tuple[str, int], ...]
    live: tuple[tuple[str, int], ...]
    whole: bool


def month_of(text: str) -> tuple[datetime, datetime]:
    """The first moment of a month such as 2026-11, and that of the next (UTC). Raises InvalidRequestError."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    if found is None:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "month", "must be a month such as 2026-11", text)
    year, month = int(found[1]), int(found[2])
    return datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def period(month: str, services: Services) -> Period:
    """Of one month, as of now."""
    begin, end = month_of(month)
    found = list(walk(services.store, Filter(), MOST + 1))
    heads = [head for head in found[:MOST] if not head.request.dry_run]
    over = [head for head in heads if head.finished and begin <= head.updated_at < end]
    over.sort(key=lambda head: (head.updated_at, head.id))
    return Period(
        month=month,
        as_of=services.clock.now(),
        lines=tuple(_line(head) for head in over),
        ended=tuple(sorted(Counter(head.status.value for head in over).items())),
        live=tuple(sorted(Counter(head.status.value for head in heads if not head.finished).items())),
        whole=len(found) <= MOST,
    )


def _line(head: Offboarding) -> Line:
    request = head.request
    return Line(
        ended_at=head.updated_at,
        customer=name_of(head),
        domain=domain_of(head),
        tenant_id=head.customer_id or "",
        status=head.status.value,
        asked_by=who(head.requester),
        for_whom=request.requested_by,
        reason=request.reason,
        approved_by=who(head.approval.by) if head.approval is not None else "",
        paid_until=head.paid_until,
        head=head.evidence.head,
        offboarding_id=head.id,
    )


def as_page(found: Period) -> str:
    """The page, HTML."""
    return render("period.html", period=found)


def as_csv(found: Period) -> bytes:
    """One line for each offboarding that ended, RFC 4180, UTF-8 with a byte order mark; nothing in it is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(found.lines))
    return text.getvalue().encode("utf-8-sig")


def _cells(lines: Iterable[Line]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        texts = (line.customer, line.domain, line.tenant_id, line.status, line.asked_by, line.for_whom, line.reason)
        paid = f"{line.paid_until:%Y-%m-%d %H:%M}" if line.paid_until else ""
        yield (
            f"{line.ended_at:%Y-%m-%d %H:%M}",
            *map(harmless, (*texts, line.approved_by)),
            paid,
            line.head,
            line.offboarding_id,
        )
