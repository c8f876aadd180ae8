"""How an answer is shown to people: aligned text, colour on a terminal alone, and names of others as text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from offboard.operate.planned import OTHERS_SHOWN, TITLES, other_rows, planned_of, rows, totals
from shared.domain.wording import plain

COLOURS = {"removed": "32", "already_removed": "32", "needs_attention": "33", "rejected": "31", "stopped": "31"}
WITH_A_PLAN = ("awaiting_approval", "planned")
"""States in which what was planned is what somebody looks for."""


class Shown:
    """Writes to one stream."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        dumb = environment.get("TERM") == "dumb" or bool(environment.get("NO_COLOR"))
        self._colour = stream.isatty() and not dumb

    def line(self, text: str = "") -> None:
        """One line; what of it would move the cursor or colour the terminal is taken out."""
        self._write(plain(text))

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names and values, without those that have none."""
        told = [(name, value) for name, value in pairs if value not in (None, "", (), [])]
        width = max((len(name) for name, _ in told), default=0)
        for name, value in told:
            text = f"{name.ljust(width)}  {plain(value)}"
            self._write(self._painted(text, str(value)))

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Columns as wide as they have to be; the last one is not padded."""
        cells = [list(titles), *([plain("" if cell is None else cell) for cell in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
        for row in cells:
            padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
            text = "  ".join([*padded, row[-1]]).rstrip()
            self._write(self._painted(text, row[1] if len(row) > 1 else ""))

    def _write(self, text: str) -> None:
        # Redirected on Windows, a stream knows two hundred letters; a customer's name must not end the command.
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def _painted(self, text: str, word: str) -> str:
        colour = COLOURS.get(word) if self._colour else None
        return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


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
            ("approved by", _who((found.get("approval") or {}).get("actor"))),
            ("begin again", found.get("reestablishUrl")),
            ("evidence", f"{evidence.get('entries')}:{evidence.get('head')}" if evidence else None),
        ]
    )
    if asks:
        _table(rows(found), out)
    done = {item.get("key") for item in planned_of(found) if item["planned"].get("action")} if asks else set()
    for blocker in found.get("blockers") or ():
        # What approving alone takes away is shown as the plan, not as something in the way.
        if blocker.get("holding") not in done or blocker.get("whatToDo"):
            advice = f" What to do: {blocker['whatToDo']}" if blocker.get("whatToDo") else ""
            out.line(f"blocked: {blocker.get('name')} {blocker.get('detail')}.{advice}")
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


def _table(lines: Sequence[Sequence[object]], out: Shown) -> None:
    if lines:
        out.line()
        out.table(TITLES, lines)


def _paid(found: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    yield "paid until", found.get("paidUntil") or plan.get("paidUntil")
    yield "plan digest", plan.get("digest")


def _request(found: Mapping[str, Any]) -> str:
    """As far as it was answered: a summary has neither the requester nor the reason."""
    named = ", ".join(str(part) for part in (found.get("requestId"), _who(found.get("requester"))) if part)
    return f"{named}: {found['requestReason']}" if found.get("requestReason") else named


def show_list(items: Sequence[Mapping[str, Any]], out: Shown) -> None:
    """One line for each offboarding."""
    rows = [
        (
            item.get("offboardingId"),
            item.get("status"),
            _customer(item.get("customer") or {}, short=True),
            str(item.get("updatedAt"))[:16],
            (item.get("reason") or {}).get("code"),
        )
        for item in items
    ]
    out.table(("OFFBOARDING", "STATUS", "CUSTOMER", "CHANGED", "REASON"), rows)


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


def _customer(customer: Mapping[str, Any], *, short: bool = False) -> str:
    parts = [customer.get(name) for name in ("companyName", "domain", "tenantId")]
    named = [str(part) for part in parts if part]
    return (named[0] if short else ", ".join(named)) if named else "not identified"


def _reason(reason: Mapping[str, Any]) -> str:
    return f"{reason['code']}: {reason.get('text')}" if reason.get("code") else ""


def _who(actor: Mapping[str, Any] | None) -> str:
    return f"{actor.get('name')} ({actor.get('type')})" if actor else ""
