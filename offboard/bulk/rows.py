"""One row for each holding of a planned customer: what people read in a spreadsheet, and decide in one column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from offboard.operate.planned import LOST, steps_of, undone_words, words_of
from shared.domain.offboarding.states import Status
from shared.sheets.customers import CustomerRow

COLUMNS = (
    "customer",
    "domain",
    "product",
    "seats",
    "action",
    "date",
    "windowEnd",
    "paidUntil",
    "refund",
    "currency",
    "blocker",
    "who",
    "whatToDo",
    "decision",
    "status",
    "line",
    "plan",
)
"""`decision` is for people; `plan` says which dry run a row belongs to, `line` which row of the table it came from."""
PERSON, TIME = "somebody", "time"
NOT_READ = "not planned"
Row = Sequence[object]


@dataclass
class Totals:
    """Counted while the rows are made, so that nothing has to be kept for it."""

    customers: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    irreversible: int = 0

    def lines(self) -> Iterator[Row]:
        """The sheet of totals."""
        yield "customers", sum(self.customers.values())
        yield from ((f"customers {status}", count) for status, count in sorted(self.customers.items()))
        yield "rows", self.rows
        yield from ((f"to {action}", count) for action, count in sorted(self.actions.items()))
        yield f"steps that {LOST} (holdings)", self.irreversible
        yield from ((f"refunds {currency}", float(told)) for currency, told in sorted(self.refunds.items()))


def broken_row(row: CustomerRow, totals: Totals) -> Row:
    """A row of the table that no request can be made of, with every mistake in it."""
    said = "; ".join(f"{item.column} {item.value}: {item.rule}" for item in row.mistakes)
    totals.customers[NOT_READ] += 1
    return _only(row, totals, NOT_READ, blocker=said, what="correct it in the table, and import that again")


def refused_row(row: CustomerRow, problem: Mapping[str, Any], totals: Totals) -> Row:
    """One that was not taken in."""
    totals.customers[NOT_READ] += 1
    detail, advice = str(problem.get("detail") or problem.get("code")), str(problem.get("operatorAction") or "")
    return _only(row, totals, NOT_READ, blocker=detail, what=advice)


def rows_of(row: CustomerRow, view: Mapping[str, Any], totals: Totals) -> Iterator[Row]:
    """Every holding of one customer; one row alone where nothing was planned, and why."""
    status, identity = str(view.get("status")), str(view.get("offboardingId"))
    totals.customers[status] += 1
    holdings = [item for item in view.get("holdings") or () if not item.get("missingSince")]
    if status != Status.PLANNED or not holdings:
        reason = view.get("reason") or {}
        planned = status == Status.PLANNED
        yield _only(
            row,
            totals,
            status,
            view=view,
            action="remove the relationship" if planned else "",
            blocker="" if planned else str(reason.get("text") or "it is not planned yet: import the table once more"),
            what="" if planned else str(reason.get("operatorAction") or ""),
            plan=identity if planned else "",
        )
        return
    for item in holdings:
        yield _holding(row, view, item, totals)


def _holding(row: CustomerRow, view: Mapping[str, Any], item: Mapping[str, Any], totals: Totals) -> Row:
    planned, blocker = item.get("planned") or {}, item.get("blocker") or {}
    steps = steps_of(planned)
    totals.rows += 1
    totals.actions.update(steps)
    totals.irreversible += bool(planned.get("irreversible"))
    refund = planned.get("refund") or {}
    amount = _amount(refund)
    if amount is not None:
        totals.refunds[str(refund.get("currency"))] += amount  # type: ignore[assignment]
    what = ", then ".join(map(words_of, steps)) or undone_words(item)
    when = planned.get("at") or planned.get("earliestAt")
    advice = blocker.get("whatToDo")
    # What the plan itself takes away is not in the way of it.
    blocks = bool(blocker) and (not steps or bool(advice))
    return (
        *_customer(row, view),
        item.get("name"),
        item.get("quantity"),
        f"{what} ({LOST})" if planned.get("irreversible") else what,
        _day(when) or ("at once" if steps else ""),
        _day(planned.get("closesAt") or item.get("cancellableUntil")),
        _day(planned.get("paidUntil")),
        amount,
        refund.get("currency"),
        blocker.get("detail") if blocks else None,
        (PERSON if advice else TIME) if blocks else None,
        advice,
        None,
        view.get("status"),
        row.line,
        view.get("offboardingId"),
    )


def _only(
    row: CustomerRow,
    totals: Totals,
    status: str,
    *,
    view: Mapping[str, Any] | None = None,
    action: str = "",
    blocker: str = "",
    what: str = "",
    plan: str = "",
) -> Row:
    totals.rows += 1
    who = PERSON if what else ""
    middle = (None, None, action, None, None, None, None, None, blocker, who, what, None)
    return (*_customer(row, view or {}), *middle, status, row.line, plan)


def _customer(row: CustomerRow, view: Mapping[str, Any]) -> Row:
    found, asked = view.get("customer") or {}, row.request or {}
    name = found.get("companyName") or asked.get("customerCompanyName") or row.customer
    domain = found.get("domain") or asked.get("customerDomain") or found.get("tenantId")
    return name, domain or asked.get("customerTenantId")


def _amount(told: Mapping[str, Any]) -> float | None:
    try:
        return float(Decimal(str(told["amount"]))) if told else None
    except (InvalidOperation, KeyError):
        return None


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None
