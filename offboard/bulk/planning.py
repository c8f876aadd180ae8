"""From a table of customers to plans: checked here, then planned by the pipeline as dry runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offboard.bulk.batches import Taken, send_all, wait_for
from offboard.bulk.rows import Row, Totals, broken_row, refused_row, rows_of
from offboard.operate.api import offboarding
from offboard.operate.desk import Desk
from shared.domain.wording import count_of
from shared.sheets.customers import CustomerRow, Customers
from shared.sheets.plan_ids import plan_id


@dataclass(frozen=True, slots=True)
class Plans:
    """What became of each good row; `whole`: nothing is being planned any more. `name`: the batch of the dry runs."""

    name: str
    batches: tuple[str, ...]
    taken: Mapping[int, Taken]
    whole: bool


def plan_them(desk: Desk, customers: Customers, batch: str, seconds: float) -> Plans:
    """Ask for a plan of every good row, and wait for it. Nothing is changed at any customer."""
    today = desk.around.now()
    good = customers.good
    name = plan_id(batch, today)
    asked = [
        {**row.request, "requestId": plan_id(str(row.request["requestId"]), today), "batchId": name, "dryRun": True}
        for row in good
        if row.request is not None
    ]
    with desk.progress(f"sending {count_of(len(asked), 'dry run')}", len(asked)) as step:
        ids, taken = send_all(desk, f"plan-{today:%Y%m%d}", asked, step)
    with desk.progress(f"planning {count_of(len(asked), 'customer')}", len(asked)) as step:
        whole = wait_for(desk, ids, seconds, step)
    return Plans(name, tuple(ids), {row.line: item for row, item in zip(good, taken, strict=True)}, whole)


def planned_rows(desk: Desk, customers: Customers, plans: Plans, totals: Totals, step: Any) -> Iterator[Row]:
    """The rows of the plan in the order of the table; one customer is read at a time."""
    for number, row in enumerate(customers.rows, start=1):
        yield from _rows(desk, row, plans, totals)
        step(number)


def _rows(desk: Desk, row: CustomerRow, plans: Plans, totals: Totals) -> Iterator[Row]:
    taken = plans.taken.get(row.line)
    if taken is None:
        yield broken_row(row, totals)
    elif not taken.offboarding_id:
        yield refused_row(row, taken.problem or {}, totals)
    else:
        yield from rows_of(row, desk.api.get(offboarding(taken.offboarding_id)).json, totals)
