"""What the contract suite says at its end: for each store, how many of its tests passed and how many were races.

Written by the controller of a parallel run too, which collects no test itself: all that it needs is on the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

MARK = "store contract"
STORES = ("memory", "sqlite", "table")
RACES = ("test_races", "test_table_interleaving")


def tag(item: pytest.Item) -> None:
    """Note on a test of this folder which store it is about, and whether it is a race."""
    chosen = getattr(item, "callspec", None)
    store = chosen.params.get("opened") if chosen else None
    if store is None and "emulator" in getattr(item, "fixturenames", ()):
        store = "table"
    if store in STORES:
        own = chosen is None or "opened" not in chosen.params
        kinds = [kind for kind, true in (("race", item.path.stem in RACES), ("own", own)) if true]
        item.user_properties.append((MARK, " ".join([store, *kinds])))


def lines(stats: Mapping[str, Iterable[Any]]) -> list[str]:
    """One line for each store whose tests ran; with the reason for those that were skipped."""
    said = []
    for store in STORES:
        passed = [words for report, words in _tagged(stats.get("passed", ())) if words[0] == store]
        failed = [words for report, words in _tagged(stats.get("failed", ())) if words[0] == store]
        skipped = [report for report, words in _tagged(stats.get("skipped", ())) if words[0] == store]
        if not (passed or failed or skipped):
            continue
        races, own = (sum(kind in words for words in passed) for kind in ("race", "own"))
        text = f"store {store}: {len(passed)} contract tests passed, {races} of them races"
        text += f", {own} about this store alone" if own else ""
        text += f"; {len(failed)} FAILED" if failed else ""
        text += f"; {len(skipped)} skipped: {_reason(skipped[0])}" if skipped else ""
        said.append(text)
    return said


def _tagged(reports: Iterable[Any]) -> list[tuple[Any, list[str]]]:
    found = ((report, dict(getattr(report, "user_properties", ())).get(MARK)) for report in reports)
    return [(report, str(words).split()) for report, words in found if words]


def _reason(report: Any) -> str:
    where = report.longrepr
    return str(where[2] if isinstance(where, tuple) else where).removeprefix("Skipped: ")
