"""The report of a month: which offboardings ended, how, who asked and decided, what still waits."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.paid import Paid, paid_of, refunds_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.settled import PAYMENT_WORDS, Refunds, together
from shared.pipeline.core.services import Services
from shared.ports.store import Filter
from shared.ports.walk import walk
from shared.report.asked import who
from shared.report.cells import harmless
from shared.report.decided import Decided, decided_of
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
    "approvedAt",
    "paidUntil",
    "payment",
    "refunds",
    "evidenceHead",
    "offboardingId",
    "decision",
    "decidedBy",
    "decidedAt",
    "decisionReason",
    "refundExpected",
    "refundConfirmed",
    "refundCurrency",
)
"""In every month alike."""
AMOUNTS = ("refundExpected", "refundConfirmed")
"""Columns of one currency, whose code (ISO 4217) follows: those that occur in the month, after COLUMNS."""
SEVERAL = "several"
"""For the code of a currency where one line has amounts in more than one: each stands in its own column alone."""


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
    approved_at: datetime | None
    decided: Decided
    paid: Paid
    refunds: Refunds
    head: str
    offboarding_id: str


@dataclass(frozen=True, slots=True)
class Period:
    """What the report says. `live`: how many stand where now; `whole`: everything was looked at; `refunds`: those of
    all lines."""

    month: str
    as_of: datetime
    lines: tuple[Line, ...]
    ended: tuple[tuple[str, int], ...]
    live: tuple[tuple[str, int], ...]
    whole: bool
    refunds: Refunds


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
    lines = tuple(_line(head, services) for head in over)
    return Period(
        month=month,
        as_of=services.clock.now(),
        lines=lines,
        ended=tuple(sorted(Counter(head.status.value for head in over).items())),
        live=tuple(sorted(Counter(head.status.value for head in heads if not head.finished).items())),
        whole=len(found) <= MOST,
        refunds=together(line.refunds for line in lines),
    )


def _line(head: Offboarding, services: Services) -> Line:
    request, approval = head.request, head.approval
    # What ended before this was kept at the end has it in its holdings alone.
    told = head.settled is not None or head.plan is None
    records = None if told else tuple(services.store.holdings(head.id).values())
    refunds = head.settled.refunds if head.settled is not None else refunds_of(records or ())
    return Line(
        ended_at=head.updated_at,
        customer=name_of(head),
        domain=domain_of(head),
        tenant_id=head.customer_id or "",
        status=head.status.value,
        asked_by=who(head.requester),
        for_whom=request.requested_by,
        reason=request.reason,
        approved_by=who(approval.by) if approval is not None else "",
        approved_at=approval.at if approval is not None else None,
        decided=decided_of(head, services.store.timeline),
        paid=paid_of(head, records),
        refunds=refunds,
        head=head.evidence.head,
        offboarding_id=head.id,
    )


def as_page(found: Period, console: str) -> str:
    """The page, HTML. `console`: the address of the pages, for links; empty for none."""
    table = f"{console.removesuffix('/console')}/api/report?month={found.month}"
    return render("period.html", period=found, console=console, table=table)


def as_csv(found: Period) -> bytes:
    """One line for each offboarding that ended, RFC 4180, UTF-8 with a byte order mark; nothing in it is a formula.
    After COLUMNS it has two for each currency of a refund, so that a spreadsheet can add them up."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    currencies = sorted({money.currency for money in (*found.refunds.expected, *found.refunds.confirmed)})
    writer.writerow((*COLUMNS, *(f"{word}{currency}" for currency in currencies for word in AMOUNTS)))
    writer.writerows(_cells(found.lines, currencies))
    return text.getvalue().encode("utf-8-sig")


def _cells(lines: Iterable[Line], currencies: Sequence[str]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        texts = (line.customer, line.domain, line.tenant_id, line.status, line.asked_by, line.for_whom, line.reason)
        expected, confirmed = (
            {money.currency: f"{money.amount:f}" for money in told}
            for told in (line.refunds.expected, line.refunds.confirmed)
        )
        yield (
            _moment(line.ended_at),
            *map(harmless, (*texts, line.approved_by)),
            _moment(line.approved_at),
            _moment(line.paid.until),
            PAYMENT_WORDS[line.paid.payment],
            line.refunds.sentence,
            line.head,
            line.offboarding_id,
            *map(harmless, (line.decided.what, line.decided.by)),
            _moment(line.decided.at),
            harmless(line.decided.why),
            *_refund(expected, confirmed),
            *(told.get(currency, "") for currency in currencies for told in (expected, confirmed)),
        )


def _refund(expected: Mapping[str, str], confirmed: Mapping[str, str]) -> tuple[str, str, str]:
    """What was expected and confirmed, and in which currency."""
    currencies = {*expected, *confirmed}
    if len(currencies) > 1:
        return "", "", SEVERAL
    (currency,) = currencies or {""}
    return expected.get(currency, ""), confirmed.get(currency, ""), currency


def _moment(at: datetime | None) -> str:
    """As spreadsheets read it: UTC, without a zone."""
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""
