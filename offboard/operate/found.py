"""What a list was asked for, as people read it: why somebody is needed, or which holdings are of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from offboard.operate.planned import moment
from offboard.operate.shown import Shown, called
from shared.domain.decisions.overrides import naming
from shared.domain.offboarding.needs import NeedKind
from shared.sheets.holdings import done_to, last_done_at, state_of

NEEDS_TITLES = ("OFFBOARDING", "STATUS", "CUSTOMER", "NEEDS", "UNTIL", "WHAT TO DO")
HOLDINGS_TITLES = (
    "CUSTOMER",
    "PRODUCT",
    "UNITS",
    "WHAT WAS DONE",
    "WHEN",
    "STATE",
    "PAID UNTIL",
    "OFFBOARDING",
    "STATUS",
)
NEEDS = {
    NeedKind.APPROVAL.value: "an approval",
    NeedKind.DECISION.value: "a decision",
    NeedKind.WINDOW_CLOSES.value: "a window closes",
}


def show_needs(items: Sequence[Mapping[str, Any]], out: Shown) -> None:
    """One line for each thing that needs a person."""
    rows = [
        (
            item.get("offboardingId"),
            item.get("status"),
            called(item.get("customer") or {}),
            NEEDS.get(str(need.get("kind")), need.get("kind")),
            moment(need.get("at")),
            naming(str(need.get("whatToDo") or ""), str(item.get("offboardingId"))),
        )
        for item in items
        for need in item.get("needs") or ()
    ]
    if rows:
        out.table(NEEDS_TITLES, rows)
    else:
        out.line("Nothing needs anybody now. What waits goes on by itself.")


def show_holdings(items: Sequence[Mapping[str, Any]], out: Shown) -> None:
    """One line for each holding, of whichever customer."""
    rows = [
        (
            called(item.get("customer") or {}),
            holding.get("name"),
            holding.get("quantity"),
            done_to(holding) or "nothing",
            moment(last_done_at(holding)),
            state_of(holding),
            moment(holding.get("paidUntil")),
            item.get("offboardingId"),
            f"{item.get('status')}{', dry run' if item.get('dryRun') else ''}",
        )
        for item in items
        for holding in item.get("holdings") or ()
    ]
    if rows:
        out.table(HOLDINGS_TITLES, rows, whole=(7,))
    else:
        out.line("No offboarding that was asked for has, or had, such a holding.")
