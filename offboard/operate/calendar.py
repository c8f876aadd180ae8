"""`offboard calendar`: what will happen, as a table, as a file for a calendar, and as an address to subscribe to."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from offboard.bulk.write import Excel, csv_to, separator_of
from offboard.operate.arguments import Output
from offboard.operate.desk import Desk, save
from offboard.operate.failures import UsageError
from offboard.operate.filters import Filters
from offboard.operate.planned import moment
from offboard.operate.register import command
from shared.sheets.write import Sheet

PATH = "/api/calendar"
SUBSCRIBED = "/api/calendar.ics"
SETTING = "OFFBOARDING_CALENDAR_KEYS"
COLUMNS = (
    "at",
    "what",
    "customer",
    "customerDomain",
    "customerTenantId",
    "holding",
    "status",
    "offboardingId",
    "requestId",
)
Ics = Annotated[str, typer.Option("--ics", metavar="FILE", help="save it for a calendar program; -: to stdout")]
Csv = Annotated[bool, typer.Option("--csv", help="a table for a spreadsheet, to stdout")]
Link = Annotated[bool, typer.Option("--link", help="a new address to subscribe to; alone, or with -o")]


def calendar(
    desk: Desk,
    filters: Filters,
    ics: Ics = "",
    csv: Csv = False,
    excel: Excel = "",
    link: Link = False,
    output: Output = "",
) -> None:
    """Show what will happen, soonest first: windows that close, terms that end, removals that are expected, approvals
    that are due.

    --link makes an address with a new key in it, which opens the calendar and nothing else. It is shown on a terminal,
    or written into a file that you alone can read; the key is sent nowhere.
    """
    if output and not link:
        raise UsageError("-o belongs to --link; --ics FILE saves the calendar, and --csv goes to stdout")
    if sum((bool(ics), csv, link, desk.json)) > 1:
        raise UsageError("one of --ics, --csv, --link and --json at a time")
    path = f"{PATH}?{urlencode(filters.wishes)}" if filters.wishes else PATH
    if link:
        return _link(desk, filters, output)
    if ics:
        save(desk.api.get(path, "text/calendar").content, "" if ics == "-" else ics, desk)
        return desk.next("calendar --link")
    found = desk.api.get(path, "application/json").json
    if csv:
        sheet = Sheet("Calendar", COLUMNS, map(_row, found.get("items") or ()))
        csv_to(sys.stdout, sheet, separator_of(excel))
    elif not desk.tell(found):
        _shown(desk, found)
    if found.get("more"):
        desk.say("There are more offboardings than were looked at: narrow it with --status, --customer or --text.")
    return desk.next("show ID", "calendar --ics calendar.ics")


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    """One thing under COLUMNS."""
    customer = item.get("customer") or {}
    return (
        item.get("at"),
        item.get("what"),
        customer.get("companyName"),
        customer.get("domain"),
        customer.get("tenantId"),
        item.get("about"),
        item.get("status"),
        item.get("offboardingId"),
        item.get("requestId"),
    )


def _shown(desk: Desk, found: Mapping[str, Any]) -> None:
    rows = []
    for item in found.get("items") or ():
        customer = item.get("customer") or {}
        named = customer.get("companyName") or customer.get("domain") or customer.get("tenantId")
        what = str(item.get("what")).replace("_", " ")
        rows.append((moment(item.get("at")), what, named, item.get("about"), item.get("offboardingId")))
    if rows:
        desk.people.table(("WHEN", "WHAT", "CUSTOMER", "HOLDING", "OFFBOARDING"), rows, whole=(0, 4))
    else:
        desk.people.line("Nothing is known to happen.")


def _link(desk: Desk, filters: Filters, output: str) -> None:
    """Only the digest is told elsewhere: what is piped, and what a build server keeps, is read by others."""
    if not output and not sys.stdout.isatty():
        raise UsageError("the address has a key in it, and stdout is no terminal: give -o FILE. Nothing was made")
    key = secrets.token_urlsafe(32)
    address = f"{desk.api.url}{SUBSCRIBED}?{urlencode({**filters.wishes, 'key': key})}\n"
    if output:
        _keep(address, output)
        desk.say(f"Written to {output}. Whoever has this address reads the calendar.")
    else:
        sys.stdout.write(address)
    digest = hashlib.sha256(key.encode()).hexdigest()
    desk.people.fields([("add to the setting", SETTING), ("digest of the key", digest)])
    desk.say(f"It works when {SETTING} of the app has this digest, with a comma after any that are there already.")
    desk.say("Give each reader an address of their own; taking its digest out of the setting ends it.")


def _keep(address: str, output: str) -> None:
    try:
        file = os.open(Path(output), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(address)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(
        app,
        "calendar",
        "calendar",
        "calendar --status awaiting_approval,waiting",
        "calendar --csv",
        "calendar --ics calendar.ics",
        "calendar --link -o address.txt",
    )(calendar)
