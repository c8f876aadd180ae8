"""The list of offboardings as .xlsx or CSV (UTF-8 with a byte order mark): nothing in it is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.record import Offboarding
from shared.operations.show import list_page
from shared.pipeline.core.services import Services
from shared.report.cells import harmless
from shared.sheets.write import Sheet, write_workbook

MOST = 10_000
COLUMNS = (
    "offboardingId",
    "requestId",
    "customer",
    "domain",
    "tenantId",
    "status",
    "stage",
    "reason",
    "whatToDo",
    "batchId",
)
DATES = ("createdAt", "updatedAt", "nextAttemptAt", "paidUntil")


def fleet_csv(query: Mapping[str, str], services: Services) -> bytes:
    """Everything that the query finds, at most 10 000 lines, newest first. Raises InvalidRequestError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *DATES))
    for head in islice(_found(query, services), MOST):
        dates = (f"{at:%Y-%m-%d %H:%M}" if at is not None else "" for at in _dates(head))
        writer.writerow((*map(harmless, _texts(head)), *dates))
    return text.getvalue().encode("utf-8-sig")


def fleet_workbook(query: Mapping[str, str], services: Services) -> bytes:
    """The same as .xlsx, with dates that can be sorted (UTC). Raises InvalidRequestError."""
    out = io.BytesIO()
    rows = ((*_texts(head), *_dates(head)) for head in islice(_found(query, services), MOST))
    write_workbook(out, Sheet("Offboardings", (*COLUMNS, *DATES), rows))
    return out.getvalue()


def _found(query: Mapping[str, str], services: Services) -> Iterable[Offboarding]:
    wanted = {name: value for name, value in query.items() if value and name not in ("after", "limit", "done")}
    after: str | None = None
    while True:
        page = list_page({**wanted, "limit": "200", **({"after": after} if after else {})}, services)
        yield from page.items
        after = page.next
        if after is None:
            return


def _texts(head: Offboarding) -> tuple[str, ...]:
    reason = head.reason
    return (
        head.id,
        head.request.request_id,
        name_of(head),
        domain_of(head),
        head.customer_id or "",
        head.status.value,
        head.stage.value if head.stage else "",
        reason.text if reason else "",
        reason.operator_action if reason else "",
        head.request.batch_id or "",
    )


def _dates(head: Offboarding) -> tuple[datetime | None, ...]:
    return (head.created_at, head.updated_at, head.next_attempt_at, head.paid_until)
