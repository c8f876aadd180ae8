"""Looking at one offboarding: show, why, watch, report, evidence."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import typer

from offboard.bulk.write import Excel, csv_to, is_workbook, separator_of, written
from offboard.operate.api import offboarding
from offboard.operate.arguments import Id, Output
from offboard.operate.desk import Desk, save
from offboard.operate.failures import NotAllError, UsageError
from offboard.operate.follow import suggest
from offboard.operate.register import command
from offboard.operate.shown import show_one, show_why
from shared.domain.offboarding.states import TERMINAL, Status
from shared.sheets.report_table import report_sheet

Table = Annotated[bool, typer.Option("--csv", help="the holdings as a table; default: a page, HTML")]
OneOrNone = Annotated[str | None, typer.Argument(metavar="[ID]", help="the offboardingId, the requestId, or a domain")]
Letter = Annotated[Literal["", "en", "de"], typer.Option("--letter", metavar="en|de", help="for the customer to read")]
Month = Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="what ended in this month")]
Texts = Annotated[bool, typer.Option("--texts", help="the personal texts beside it, for --texts of verify-evidence")]
ToTheEnd = Annotated[bool, typer.Option("--to-the-end", help="go on also while it waits for a date or a person")]
Every = Annotated[float, typer.Option("--every", metavar="SECONDS", min=0.1, max=3600, help="how often to look")]
AS_WANTED = frozenset({Status.REMOVED, Status.ALREADY_REMOVED, Status.PLANNED, Status.WITHDRAWN, Status.JOINED})
FOR_A_PERSON = frozenset({Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL})
LONG = timedelta(hours=1)
"""Nobody waits at a desk for what is looked at later than this."""


def show(desk: Desk, identity: Id) -> None:
    """Show one offboarding."""
    found, _ = desk.find(identity, by_domain=True)
    if not desk.tell(found):
        show_one(found, desk.people)
    suggest(desk, found)


def why(desk: Desk, identity: Id) -> None:
    """Say why an offboarding stands where it stands, what blocks it, and what to do."""
    found, _ = desk.find(identity, by_domain=True)
    if not desk.tell(
        {name: found.get(name) for name in ("offboardingId", "status", "reason", "blockers", "nextAttemptAt")}
    ):
        show_why(found, desk.people)
    suggest(desk, found)


def watch(desk: Desk, identity: Id, every: Every = 2.0, to_the_end: ToTheEnd = False) -> None:
    """Follow an offboarding until it ends, needs a person, or waits for a date later than an hour from now.

    Each change is a line on stderr, and the last state goes to stdout. Exit code 0: it ended as it was meant to.
    """
    found, last = desk.find(identity, by_domain=True)[0], ""
    path = offboarding(str(found["offboardingId"]))
    with desk.progress(f"watching {found['offboardingId']}"):
        while True:
            now = standing(found)
            if now != last:
                desk.say(f"{desk.around.now():%H:%M:%S}  {now}")
                last = now
            if settled(found, desk.around.now(), to_the_end):
                break
            desk.around.pause(every)
            found = desk.api.get(path).json
    if not desk.tell(found):
        show_one(found, desk.people)
    suggest(desk, found)
    if Status(found["status"]) not in AS_WANTED:
        raise NotAllError(f"{found['offboardingId']} is {now}")


def standing(found: Mapping[str, Any]) -> str:
    """Where it stands, in one line."""
    reason, stage = found.get("reason") or {}, found.get("stage")
    parts = (found.get("status"), f"({stage})" if stage else "", f"- {reason['text']}" if reason.get("text") else "")
    return " ".join(str(part) for part in parts if part)


def settled(found: Mapping[str, Any], now: datetime, to_the_end: bool) -> bool:
    """Whether there is nothing to be seen for a while."""
    status = Status(found["status"])
    if status in TERMINAL:
        return True
    if to_the_end:
        return False
    again = found.get("nextAttemptAt")
    waits = status in (Status.WAITING, Status.SCHEDULED) and bool(again)
    return status in FOR_A_PERSON or (waits and datetime.fromisoformat(str(again)) > now + LONG)


def report(
    desk: Desk,
    identity: OneOrNone = None,
    output: Output = "",
    csv: Table = False,
    letter: Letter = "",
    month: Month = "",
    excel: Excel = "",
) -> None:
    """Print the report of one offboarding, or of a month: a page to read and keep, or a table as CSV.

    With --letter it is a letter to the customer instead.
    """
    if bool(month) == (identity is not None) or (letter and (month or csv)):
        raise UsageError("report takes an ID, with --csv or --letter, or --month alone")
    if not csv and (excel or is_workbook(output)):
        raise UsageError("--excel and a file .xlsx are for the table: give --csv too")
    accept = "text/csv" if csv else "text/html"
    if identity is None:
        path = f"/api/report?{urlencode({'month': month})}"
    else:
        query = f"?{urlencode({'for': 'customer', 'language': letter})}" if letter else ""
        path = offboarding(desk.id_of(identity, by_domain=True), f"/report{query}")
    content = desk.api.get(path, accept).content
    if excel or is_workbook(output):
        _as_table(content, output, separator_of(excel), desk)
    else:
        save(content, output, desk)
    desk.next(f"evidence {identity} -o evidence.jsonl" if identity is not None else "list")


def _as_table(content: bytes, output: str, separator: str, desk: Desk) -> None:
    sheet = report_sheet(content)
    if not output:
        csv_to(sys.stdout, sheet, separator)
        return
    written(output, sheet, separator)
    desk.say(f"Written to {output}.")


def evidence(desk: Desk, identity: Id, output: Output = "", texts: Texts = False) -> None:
    """Print the evidence of one offboarding, for offboard verify-evidence."""
    part = "/evidence?part=texts" if texts else "/evidence"
    save(desk.api.get(offboarding(desk.id_of(identity, by_domain=True), part)).content, output, desk)
    desk.next(f"verify-evidence {output or 'FILE'} --key PEM")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    command(app, "show", "show ID", "show contoso.com", "show ID --json")(show)
    command(app, "why", "why ID")(why)
    command(app, "watch", "watch ID", "watch ID --to-the-end")(watch)
    command(
        app,
        "report",
        "report ID -o ID.html",
        "report ID --csv -o ID.csv",
        "report ID --csv -o ID.xlsx",
        "report ID --letter de",
    )(report)
    command(app, "evidence", "evidence ID -o ID.evidence.jsonl", "evidence ID | head -1")(evidence)
