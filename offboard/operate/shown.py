"""How an answer is shown to people: aligned text, colour on a terminal alone, and names of others as text."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from offboard.operate.done import DONE_TITLES, approved, done_rows, has_done, refunds, undone
from offboard.operate.planned import OTHERS_SHOWN, TITLES, other_rows, paid_until, planned_of, rows, totals
from shared.domain.decisions.overrides import naming
from shared.domain.wording import plain

COLOURS = {
    "removed": "green",
    "already_removed": "green",
    "needs_attention": "yellow",
    "awaiting_approval": "yellow",
    "rejected": "red",
    "stopped": "red",
}
WITH_A_PLAN = ("awaiting_approval", "planned")
"""States in which what was planned is what somebody looks for."""
UNBOUNDED = 100_000
"""Columns where nobody reads on a screen: what goes into a file or a pipe is never wrapped."""
NARROWEST = 60
NOT_IDENTIFIED = "not identified"


class Shown:
    """Writes to one stream."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        dumb = environment.get("TERM") == "dumb" or bool(environment.get("NO_COLOR"))
        terminal = stream.isatty()
        self._colour = terminal and not dumb
        self._width = max(shutil.get_terminal_size().columns, NARROWEST) if terminal else UNBOUNDED

    def line(self, text: str = "") -> None:
        """One line; what of it would move the cursor or colour the terminal is taken out."""
        self._write(plain(text))

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names and values, without those that have none."""
        told = [(name, value) for name, value in pairs if value not in (None, "", (), [])]
        width = max((len(name) for name, _ in told), default=0)
        for name, value in told:
            text = Text(f"{name.ljust(width)}  {plain(value)}", COLOURS.get(str(value), ""))
            self._render(text, UNBOUNDED)

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[object]], *, whole: Collection[int] = (0,)) -> None:
        """Columns as wide as they have to be. On a terminal long cells are folded, but for the columns `whole`, from
        which people copy."""
        made = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for number, title in enumerate(titles):
            made.add_column(title, no_wrap=number in whole, overflow="fold")
        for row in rows:
            cells = [plain("" if cell is None else cell) for cell in row]
            made.add_row(*map(Text, cells), style=COLOURS.get(cells[1], "") if len(cells) > 1 else "")
        self._render(made, self._width)

    def _render(self, what: RenderableType, width: int) -> None:
        drawn = io.StringIO()
        console = Console(
            file=drawn,
            width=width,
            force_terminal=self._colour,
            color_system="standard" if self._colour else None,
            no_color=not self._colour,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )
        console.print(what, soft_wrap=width == UNBOUNDED and isinstance(what, Text))
        for text in drawn.getvalue().splitlines():
            self._write(text.rstrip())

    def _write(self, text: str) -> None:
        # Redirected on Windows, a stream knows two hundred letters; a customer's name must not end the command.
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def show_one(found: Mapping[str, Any], out: Shown) -> None:
    """One offboarding: what somebody has to know to decide what to do."""
    customer, reason = found.get("customer") or {}, found.get("reason") or {}
    plan, evidence = found.get("plan") or {}, found.get("evidence") or {}
    asks = found.get("status") in WITH_A_PLAN
    out.fields(
        [
            ("offboarding", found.get("offboardingId")),
            ("customer", _customer(customer)),
            ("request", _request(found)),
            ("reference", found.get("approvalReference")),
            ("status", found.get("status")),
            ("stage", found.get("stage")),
            ("reason", _reason(reason)),
            ("what to do", reason.get("operatorAction")),
            ("looks again", found.get("nextAttemptAt")),
            *(totals(found) if asks else _paid(found, plan)),
            ("refunds", "" if asks else refunds(found)),
            ("approved by", approved(found)),
            ("begin again", found.get("reestablishUrl")),
            ("evidence", f"{evidence.get('entries')}:{evidence.get('head')}" if evidence else None),
        ]
    )
    if asks:
        _table(rows(found), out)
    if has_done(found) or not asks:
        _done(found, out)
    done = {item.get("key") for item in planned_of(found) if item["planned"].get("action")} if asks else set()
    for blocker in found.get("blockers") or ():
        # What approving alone takes away is shown as the plan, not as something in the way.
        if blocker.get("holding") not in done or blocker.get("whatToDo"):
            advice = f" What to do: {_advice(blocker, found)}" if blocker.get("whatToDo") else ""
            out.line(f"blocked: {blocker.get('name')} {blocker.get('detail')}.{advice}")
    for told in undone(found):
        out.line(told)
    for line in found.get("survivors") or ():
        out.line(f"What survives: {line}")


def show_plan(found: Mapping[str, Any], out: Shown) -> None:
    """What somebody who approves has to have seen: every holding, then the sums, next to the question."""
    _table([*rows(found), *other_rows(found)[:OTHERS_SHOWN]], out)
    more = len(other_rows(found)) - OTHERS_SHOWN
    if more > 0:
        out.line(f"and {more} more to which nothing is done: offboard show {found.get('offboardingId')} --json")
    out.line()
    out.fields(
        [
            ("offboarding", found.get("offboardingId")),
            ("customer", _customer(found.get("customer") or {})),
            ("asked by", _request(found)),
            ("on behalf of", found.get("requestedBy")),
            ("reference", found.get("approvalReference")),
            ("status", found.get("status")),
            *totals(found),
            ("then", "the relationship is removed, as soon as nothing is active any more"),
        ]
    )


def _done(found: Mapping[str, Any], out: Shown) -> None:
    """Each holding with what was done to it, those that were changed first."""
    lines = done_rows(found)
    if lines:
        out.line()
        out.table(DONE_TITLES, lines[: has_done(found) + OTHERS_SHOWN])
    more = len(lines) - has_done(found) - OTHERS_SHOWN
    if more > 0:
        out.line(f"and {more} more to which nothing was done: offboard show {found.get('offboardingId')} --json")


def _advice(blocker: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    return naming(str(blocker.get("whatToDo") or ""), str(found.get("offboardingId")))


def _table(lines: Sequence[Sequence[object]], out: Shown) -> None:
    if lines:
        out.line()
        out.table(TITLES, lines)


def _paid(found: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    yield "paid until", paid_until(found)
    yield "plan digest", plan.get("digest")


def _request(found: Mapping[str, Any]) -> str:
    """As far as it was answered: a summary does not have the reason."""
    named = ", ".join(str(part) for part in (found.get("requestId"), _who(found.get("requester"))) if part)
    return f"{named}: {found['requestReason']}" if found.get("requestReason") else named


def show_list(items: Sequence[Mapping[str, Any]], out: Shown) -> None:
    """One line for each offboarding."""
    rows = [
        (
            item.get("offboardingId"),
            item.get("status"),
            called(item.get("customer") or {}),
            str(item.get("updatedAt"))[:16],
            (item.get("reason") or {}).get("code"),
        )
        for item in items
    ]
    out.table(("OFFBOARDING", "STATUS", "CUSTOMER", "CHANGED", "REASON"), rows)


def show_why(found: Mapping[str, Any], out: Shown) -> None:
    """What holds one offboarding back, each thing with what to do."""
    reason = found.get("reason") or {}
    out.fields(
        [
            ("offboarding", found.get("offboardingId")),
            ("customer", _customer(found.get("customer") or {})),
            ("status", found.get("status")),
            ("reason", _reason(reason)),
            ("what to do", reason.get("operatorAction")),
            ("looks again", found.get("nextAttemptAt")),
        ]
    )
    blockers = found.get("blockers") or ()
    waits = found.get("status") == "awaiting_approval"
    asked = {item.get("key") for item in planned_of(found) if item["planned"].get("action")} if waits else set()
    if blockers:
        out.line()
        rows_of = [
            (
                item.get("name"),
                item.get("cause"),
                str(item.get("unblocksAt") or "")[:10] or "not known",
                "somebody" if item.get("whatToDo") else "an approval" if item.get("holding") in asked else "time",
                item.get("detail"),
                _advice(item, found),
                item.get("holding"),
            )
            for item in blockers
        ]
        out.table(("HOLDING", "CAUSE", "ENDS", "NEEDS", "DETAIL", "WHAT TO DO", "KEY"), rows_of)
    elif not reason.get("code"):
        out.line("Nothing holds it back.")


def show_counts(found: Mapping[str, Any], out: Shown) -> None:
    """A batch: one line for each request, then how many stand where."""
    rows_of = [
        (
            item.get("offboardingId") or item.get("requestId") or f"request {item.get('position', 0) + 1}",
            item.get("status") or "not accepted",
            called(item["customer"]) if item.get("customer") else None,
            item.get("requestId"),
            (item.get("problem") or item.get("reason") or {}).get("code"),
        )
        for item in found.get("items") or ()
    ]
    out.table(("OFFBOARDING", "STATUS", "CUSTOMER", "REQUEST", "REASON"), rows_of)
    out.line()
    out.fields((name, count) for name, count in (found.get("counts") or {}).items())
    out.fields((f"waits for {name}", count) for name, count in (found.get("waitingFor") or {}).items())
    days = [str(found.get(f"{end}RemovalExpectedAt") or "")[:10] for end in ("first", "last")]
    out.fields([("removal expected", " to ".join(dict.fromkeys(filter(None, days))))])


def show_brake(found: Mapping[str, Any], out: Shown) -> None:
    """The kill switch, and who moved it last."""
    out.fields(
        [
            ("kill switch", "held: nothing is written to any customer" if found.get("held") else "released"),
            ("by", _who(found.get("actor"))),
            ("reason", found.get("reason")),
            ("since", found.get("since")),
            ("set going", found.get("woken")),
        ]
    )


def show_redriven(found: Mapping[str, Any], out: Shown) -> None:
    """What was dealt with, by queue."""
    rows = [
        (item["queue"], item.get("redriven", 0), item.get("settled", 0), item.get("left", 0), item.get("problem"))
        for item in found.get("queues") or ()
    ]
    out.table(("QUEUE", "REDRIVEN", "SETTLED", "LEFT", "PROBLEM"), rows)
    if found.get("more"):
        out.line("There may be more: run it again.")


def called(customer: Mapping[str, Any]) -> str:
    """A customer in one word."""
    return next(iter(_names(customer)), NOT_IDENTIFIED)


def _customer(customer: Mapping[str, Any]) -> str:
    return ", ".join(_names(customer)) or NOT_IDENTIFIED


def _names(customer: Mapping[str, Any]) -> list[str]:
    parts = [customer.get(name) for name in ("companyName", "domain", "tenantId")]
    return [str(part) for part in parts if part]


def _reason(reason: Mapping[str, Any]) -> str:
    return f"{reason['code']}: {reason.get('text')}" if reason.get("code") else ""


def _who(actor: Mapping[str, Any] | None) -> str:
    return f"{actor.get('name')} ({actor.get('type')})" if actor else ""
