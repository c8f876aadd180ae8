"""`offboard import`: a table of customers becomes a plan to read and decide in, and that plan becomes requests."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from offboard.bulk.decisions import BOUNDS, OFFBOARD, SKIP, decisions_in
from offboard.bulk.planning import plan_them, planned_rows
from offboard.bulk.rows import COLUMNS as PLAN_COLUMNS
from offboard.bulk.rows import Totals
from offboard.bulk.sending import BEFORE, REFUSED, Ready, ready, send, status_rows
from offboard.bulk.sending import COLUMNS as STATUS_COLUMNS
from offboard.bulk.write import Excel, csv_to, is_workbook, require_new, separator_of, written
from offboard.operate.arguments import DryRun
from offboard.operate.desk import Desk
from offboard.operate.failures import NotAllError, UsageError
from offboard.operate.register import command
from shared.domain.wording import count_of, first_of
from shared.sheets.batch_names import batch_of
from shared.sheets.columns import COLUMNS as CUSTOMER_COLUMNS
from shared.sheets.customers import Customers, customers_of, names_a_customer
from shared.sheets.plan_ids import plan_id
from shared.sheets.read import LARGEST, read_table
from shared.sheets.write import Sheet

File = Annotated[str, typer.Argument(metavar="[FILE]", help="the table of customers; with --apply the plan")]
Apply = Annotated[bool, typer.Option("--apply", help="send what is marked offboard in the plan FILE for real")]
Template = Annotated[bool, typer.Option("--template", help="write an empty table of customers, and nothing else")]
Out = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="the plan, .csv or .xlsx; default: FILE.plan.csv or .xlsx")
]
Status = Annotated[
    str, typer.Option("--status-file", metavar="FILE", help="with --apply: what became of each row; FILE.status.csv")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="for rows that have none")]
By = Annotated[str, typer.Option("--requested-by", metavar="WHO", help="for rows that have none; default: you")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait for the plans")]
Confirm = Annotated[
    str, typer.Option("--confirm", metavar="WORDS", help="with --apply, where nobody can be asked: 'offboard 3'")
]
Batch = Annotated[str, typer.Option("--batch", metavar="NAME", help="follow them as this batch; default: by the rows")]
NAMED = 10


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How a plan is applied; `batch`: another name for it than the plan has."""

    batch: str
    confirm: str
    excel: str
    dry_run: bool


def import_them(
    desk: Desk,
    file: File = "",
    apply: Apply = False,
    template: Template = False,
    output: Out = "",
    status_file: Status = "",
    reason: Reason = "",
    requested_by: By = "",
    batch: Batch = "",
    wait: Wait = 900.0,
    confirm: Confirm = "",
    dry_run: DryRun = False,
    excel: Excel = "",
) -> None:
    """Plan many customers from a table, decide in the plan, and send what was chosen.

    1. offboard import customers.xlsx -o plan.xlsx: checks every row and plans each good one. Nothing is changed.

    2. Write offboard or skip into column decision, one decision for each customer. Empty: nothing happens.

    3. offboard import --apply plan.xlsx: sends the chosen ones for real. A file sent twice changes nothing.

    What is written as CSV has the separator of the file that was read, unless --excel says otherwise.
    """
    if template:
        return _template(desk, output, separator_of(excel))
    if not file:
        raise UsageError("which table? offboard import FILE, or --template for an empty one")
    if apply:
        wanted = _Wanted(batch and batch_of((), batch), confirm, excel, dry_run)
        return _apply(desk, file, status_file or f"{_stem(file)}.status.csv", wanted)
    customers, separator = customers_in(file, requested_by or getpass.getuser(), reason)
    return _plan(desk, file, output, (customers, separator_of(excel, separator)), batch, wait, dry_run)


def customers_in(file: str, requested_by: str, reason: str) -> tuple[Customers, str]:
    """The rows of a table, and its separator. Raises UsageError and InvalidRequestError."""
    table = read_table(_content(file, LARGEST), is_head=names_a_customer)
    return customers_of(table, requested_by, reason), table.separator


def _plan(
    desk: Desk, file: str, output: str, table: tuple[Customers, str], batch: str, wait: float, dry_run: bool
) -> None:
    customers, separator = table
    name = batch_of((row.request for row in customers.good if row.request is not None), batch)
    target = output or f"{_stem(file)}.plan{'.xlsx' if is_workbook(file) else '.csv'}"
    _tell_mistakes(desk, customers)
    if dry_run:
        desk.tell(
            {
                "rows": len(customers.rows),
                "good": len(customers.good),
                "broken": len(customers.broken),
                "batchId": plan_id(name, desk.around.now()),
            }
        )
        desk.say(f"{count_of(len(customers.good), 'customer')} would be planned. Nothing was sent (--dry-run).")
        desk.next(f"import {file}")
        if customers.broken:
            raise NotAllError(f"{count_of(len(customers.broken), 'row')} of {len(customers.rows)} cannot be planned")
        return
    require_new(target)
    if not customers.good:
        raise UsageError("no row can be planned; nothing was sent")
    plans, totals = plan_them(desk, customers, name, wait), Totals()
    with desk.progress(f"writing {target}", len(customers.rows)) as step:
        rows = planned_rows(desk, customers, plans, totals, step)
        sheet = Sheet("Plan", PLAN_COLUMNS, rows, totals.lines, {"decision": (OFFBOARD, SKIP)})
        written(target, sheet, separator)
    told = {
        "output": target,
        "rows": len(customers.rows),
        "customers": dict(sorted(totals.customers.items())),
        "batchId": plans.name,
        "batches": list(plans.batches),
    }
    if not desk.tell(told):
        desk.people.fields([("written to", target), *((f"customers {k}", v) for k, v in totals.customers.items())])
    if not plans.whole:
        desk.next(f"import {file}")
        raise NotAllError(f"not everything is planned yet; take {target} away and run the same again")
    desk.next(f"import --apply {target}")
    if customers.broken or totals.customers.keys() - {"planned"}:
        raise NotAllError(f"not every row could be planned: {target} says why, in column blocker")
    return


def _tell_mistakes(desk: Desk, customers: Customers) -> None:
    if customers.ignored:
        desk.say(f"Columns that were left alone: {', '.join(customers.ignored)}")
    if customers.notes:
        desk.say(first_of(customers.notes, 3, "; "))
    if customers.broken:
        desk.say(f"{count_of(len(customers.broken), 'row')} of {len(customers.rows)} cannot be planned:")
    for row in customers.broken[:NAMED]:
        desk.say(
            f"  line {row.line}: {first_of((f'{one.column} {one.value}: {one.rule}' for one in row.mistakes), 3, '; ')}"
        )
    if len(customers.broken) > NAMED:
        desk.say(f"  and {len(customers.broken) - NAMED} more; the plan has them all")


def _apply(desk: Desk, file: str, status_file: str, wanted: _Wanted) -> None:
    decisions = decisions_in(_content(file, BOUNDS.largest))
    chosen = decisions.to_send
    if not chosen:
        desk.tell({"sent": 0, "sentBefore": 0, "refused": 0, "batchIds": [], "batches": []})
        desk.say("Nothing is marked offboard in column decision; nothing was sent.")
        return desk.next(f"import --apply {file}")
    found = ready(desk, decisions, wanted.batch)
    if wanted.dry_run:
        if not desk.tell({"requests": list(found.requests.values())}):
            for one in chosen:
                desk.people.line(f"{one.customer} ({one.domain}): {_would(found, one.plan)}")
        desk.say("Nothing was sent (--dry-run).")
        return desk.next(f"import --apply {file}")
    if found.requests:
        count = len(found.requests)
        desk.confirm(f"offboard {count}", wanted.confirm, f"end the relationship with {count_of(count, 'customer')}")
    ids, results = send(desk, found)
    status = Sheet("Status", STATUS_COLUMNS, status_rows(decisions, results))
    written(status_file, status, separator_of(wanted.excel, decisions.separator), replace=True)
    counts = Counter(item.result for item in results.values())
    names = sorted({str(request["batchId"]) for request in found.requests.values() if request.get("batchId")}) or ids
    told = {
        "sent": counts["sent"],
        "sentBefore": counts[BEFORE],
        "refused": counts[REFUSED],
        "batchIds": names,
        "batches": ids,
        "statusFile": status_file,
    }
    if counts[BEFORE]:
        states = Counter(item.why for item in results.values() if item.result == BEFORE)
        said = first_of((f"{count}: {why}" for why, count in states.most_common()), NAMED, "; ")
        desk.say(f"{count_of(counts[BEFORE], 'customer')} had been sent before, and nothing was changed ({said})")
    if not desk.tell(told):
        desk.people.fields([*counts.items(), ("what became of each row", status_file)])
    desk.next(*(f"list --batch {one}" for one in names[:3]) if ids else (f"import --apply {file}",))
    if counts[REFUSED]:
        raise NotAllError(f"{count_of(counts[REFUSED], 'customer')} could not be sent: {status_file} says why")
    return None


def _would(found: Ready, plan: str) -> str:
    if plan in found.refused:
        return f"cannot be sent: {found.refused[plan].why}"
    return f"was sent before, and {found.before[plan].why}" if plan in found.before else "would go"


def _template(desk: Desk, output: str, separator: str) -> None:
    sheet = Sheet("Customers", CUSTOMER_COLUMNS, ())
    if output:
        written(output, sheet, separator)
        desk.say(f"Written to {output}.")
    else:
        csv_to(sys.stdout, sheet, separator)
    desk.next(f"import {output or 'customers.csv'}")


def _content(file: str, largest: int) -> bytes:
    """Not read whole where it is larger than a table may be."""
    try:
        with Path(file).open("rb") as opened:
            about = os.fstat(opened.fileno())
            # A buffer is made for as much as is asked for.
            return opened.read(min(about.st_size, largest) + 1 if stat.S_ISREG(about.st_mode) else largest + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _stem(file: str) -> str:
    return str(Path(file).with_suffix(""))


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(
        app,
        "import",
        "import --template -o customers.xlsx",
        "import customers.xlsx -o plan.xlsx",
        "import --apply plan.xlsx --dry-run",
        "import --apply plan.xlsx --confirm 'offboard 3'",
    )(import_them)
