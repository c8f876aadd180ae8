"""The holdings as CSV, for a spreadsheet: UTF-8 with a byte order mark, and nothing in it is ever a formula."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from shared.report.cells import harmless
from shared.report.facts import Facts
from shared.report.held import HoldingFacts
from shared.report.page import moment

COLUMNS = (
    "key",
    "name",
    "kind",
    "status",
    "units",
    "termEnds",
    "paidUntil",
    "done",
    "lastDoneAt",
    "refund",
    "note",
    "runsOn",
)


def as_csv(facts: Facts) -> bytes:
    """One line for each holding, RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(item) for item in facts.holdings)
    return text.getvalue().encode("utf-8-sig")


def _line(item: HoldingFacts) -> tuple[str, ...]:
    done = "; ".join(f"{one.what}: {one.how}, {moment(one.at)}" for one in item.done)
    last = item.done[-1].at if item.done else None
    units = "" if item.quantity is None else str(item.quantity)
    cells = (
        item.key,
        item.name,
        item.kind,
        item.status,
        units,
        _date(item.term_end),
        _date(item.paid_until),
        done,
        _date(last),
    )
    return tuple(harmless(cell) for cell in (*cells, item.refund, item.note, "yes" if item.runs_on else "no"))


def _date(at: datetime | None) -> str:
    """As spreadsheets read it: UTC, without a zone."""
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""
