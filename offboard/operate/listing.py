"""`offboard list` and `offboard export`: many offboardings, as a table for people, JSON, CSV or .xlsx."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from offboard.bulk.write import Excel, csv_to, separator_of, written
from offboard.operate.desk import LIST, Desk
from offboard.operate.failures import UnreachableError
from offboard.operate.filters import Filters
from offboard.operate.found import show_holdings, show_needs
from offboard.operate.register import command
from offboard.operate.shown import Shown, called, show_counts, show_list
from shared.sheets.holdings import holdings_sheet
from shared.sheets.offboardings import sheet_of
from shared.sheets.write import Sheet

PAGE = 200
NEEDS_SOMEBODY = "needs_attention,awaiting_approval"
"""States in which a person has to act."""
BATCH_COLUMNS = (
    "position",
    "requestId",
    "customer",
    "offboardingId",
    "status",
    "updatedAt",
    "reasonCode",
    "reason",
    "whatToDo",
)
Sort = Annotated[
    str, typer.Option("--sort", metavar="ORDER", help="due, customer, updated, created; backwards --sort=-updated")
]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=PAGE, help="so many at a time, 1 to 200")]
All = Annotated[bool, typer.Option("--all", help="all of them, page after page")]
Holdings = Annotated[
    bool,
    typer.Option("--holdings", help="each holding, with --product of it: what was done, and until when it is paid"),
]
Csv = Annotated[bool, typer.Option("--csv", help="a table for a spreadsheet, to stdout")]
File = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="a new file, .csv or .xlsx; default: stdout")]


@dataclass
class Pages:
    """Offboardings page by page; `next` is where the list goes on, None at its end."""

    desk: Desk
    next: str | None
    everything: bool

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        while self.next is not None:
            page = self.desk.api.get(self.next).json
            self.next = page.get("next")
            if self.next is not None and not self.next.startswith(f"{LIST}?"):
                raise UnreachableError("the list names a next page that is not the pipeline's")
            yield from page.get("items") or ()
            if not self.everything:
                return


def list_them(
    desk: Desk,
    filters: Filters,
    sort: Sort = "",
    limit: Limit = 50,
    everything: All = False,
    holdings: Holdings = False,
    csv: Csv = False,
    excel: Excel = "",
) -> None:
    """List offboardings, newest first unless --sort says otherwise; with --batch alone, what was refused too.

    With --needs-me, why a person is needed and what to do; with --holdings, a line for each (of --product).
    """
    wishes = {**filters.wishes, **_with(holdings), "sort": sort}
    if filters.batch and not (filters.wishes.keys() - {"batchId"}) and not (sort or everything or holdings):
        return _batch(desk, filters.batch, csv, separator_of(excel))
    pages = Pages(desk, _path({**wishes, "limit": limit}), everything)
    if csv:
        csv_to(sys.stdout, _sheet(pages, holdings), separator_of(excel))
    else:
        _shown(desk, pages, show_holdings if holdings else show_needs if filters.needs_me else show_list)
    if pages.next:
        desk.say("There are more: --all shows all of them.")
    needs = () if filters.status or filters.needs_me else ("list --needs-me",)
    desk.next("show ID", "why ID", *needs)
    return None


def _with(holdings: bool) -> Mapping[str, str]:
    return {"holdings": "true"} if holdings else {}


def _sheet(items: Iterable[Mapping[str, Any]], holdings: bool) -> Sheet:
    return holdings_sheet(items) if holdings else sheet_of(items)


def _shown(desk: Desk, pages: Pages, show: Callable[[Sequence[Mapping[str, Any]], Shown], None]) -> None:
    if pages.everything:
        with desk.progress("reading the list"):
            items = list(pages)
    else:
        items = list(pages)
    if desk.json:
        sys.stdout.write(json.dumps({"items": items, **({"next": pages.next} if pages.next else {})}, indent=2) + "\n")
    else:
        show(items, desk.people)


def every_one(desk: Desk, wishes: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """All that fit, in as few calls as possible."""
    yield from Pages(desk, _path({**wishes, "limit": PAGE}), everything=True)


def export(desk: Desk, filters: Filters, holdings: Holdings = False, output: File = "", excel: Excel = "") -> None:
    """Write all offboardings, or those that fit, as a table: CSV, or .xlsx where the file is called so, which Excel
    reads alike in every country. With --holdings, a row for each holding: all, or those of --product.

    What a spreadsheet would calculate has an apostrophe before it.
    """
    pages = every_one(desk, {**filters.wishes, **_with(holdings)})
    with desk.progress("reading the list") as step:
        sheet = _sheet(_counted(pages, step), holdings)
        if output:
            written(output, sheet, separator_of(excel))
        else:
            csv_to(sys.stdout, sheet, separator_of(excel))
    if output:
        desk.say(f"Written to {output}.")
    desk.next("import --template")


def _counted(items: Iterator[Mapping[str, Any]], step: Any) -> Iterator[Mapping[str, Any]]:
    for number, item in enumerate(items, start=1):
        step(number)
        yield item


def _path(wishes: Mapping[str, object]) -> str:
    return f"{LIST}?{urlencode({name: value for name, value in wishes.items() if value})}"


def _batch(desk: Desk, batch: str, csv: bool, separator: str) -> None:
    found = desk.api.get(f"/api/batches/{quote(batch, safe='')}").json
    if csv:
        csv_to(sys.stdout, Sheet("Batch", BATCH_COLUMNS, map(_batch_row, found.get("items") or ())), separator)
    elif not desk.tell(found):
        show_counts(found, desk.people)
    if found.get("more"):
        desk.say("There are more: list --all --batch shows all of them.")
    if not found.get("complete", True):
        desk.say("Not all of it was taken in: send the same again.")
    desk.next("show ID", f"list --batch {batch}")


def _batch_row(item: Mapping[str, Any]) -> tuple[object, ...]:
    problem, reason = item.get("problem") or {}, item.get("reason") or {}
    return (
        item.get("position"),
        item.get("requestId"),
        called(item["customer"]) if item.get("customer") else None,
        item.get("offboardingId"),
        item.get("status"),
        item.get("updatedAt"),
        problem.get("code") or reason.get("code"),
        problem.get("detail") or reason.get("text"),
        problem.get("operatorAction") or reason.get("operatorAction"),
    )


def register(app: typer.Typer) -> None:
    """Add these commands."""
    command(
        app,
        "list",
        f"list --status {NEEDS_SOMEBODY}",
        "list --sort due --due-before 2027-01-31",
        "list --all --json",
        "list --needs-me --sort due",
        "list --product 'Microsoft 365 E3' --holdings --all",
        "list --holdings --status waiting --all",
        "list --batch ID",
        "list --batch ID --status needs_attention",
    )(list_them)
    command(
        app,
        "export",
        "export -o offboardings.xlsx",
        "export --status removed -o removed.csv",
        "export --batch ID -o batch.xlsx",
        "export --product 'Microsoft 365 E3' --holdings -o e3.xlsx",
        "export --holdings --no-dry-runs -o holdings.xlsx",
    )(export)
