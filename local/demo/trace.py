"""The trace of one offboarding as a tree with times, from the rows that the stack exported (docs/telemetry.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.demo.waits import span

Row = dict[str, Any]
WORTH_SAYING = timedelta(hours=1)
"""A longer time between two lines is said between them."""
WIDTH = 62
"""Characters of a name with the lines of the tree."""


def read_rows(file: Path) -> list[Row]:
    """Every row of the file; the last line may be half written while the stack runs."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


def tree_of(rows: list[Row], offboarding_id: str) -> str:
    """The spans of the offboarding, oldest first: business time, name, what came of it, how long it took."""
    trace = offboarding_id.replace("-", "")
    spans = [row for row in rows if row.get("OperationId") == trace and "Id" in row]
    # Requests are the host's in Azure. What they did stands below them; here it takes their place.
    above = {row["Id"]: row["ParentId"] for row in spans if row["Type"] == "AppRequests"}
    own = {row["Id"]: row for row in spans if row["Type"] != "AppRequests"}
    children: dict[str, list[Row]] = {}
    for row in sorted(own.values(), key=lambda one: str(one["TimeGenerated"])):
        parent = row["ParentId"]
        while parent in above:
            parent = above[parent]
        children.setdefault(parent if parent in own else "", []).append(row)
    lines = [f"   trace {trace}: {len(own)} spans (business time, UTC)"]
    for root in children.get("", []):
        lines += _lines(root, "", "", children, [None])
    return "\n".join(lines) + "\n"


def _lines(
    row: Row, before: str, below: str, children: dict[str, list[Row]], last: list[datetime | None]
) -> Iterator[str]:
    said = row["Properties"]
    at = datetime.fromisoformat(said["businessTime"]) if "businessTime" in said else None
    if at is not None:
        waited = at - last[0] if last[0] is not None else timedelta(0)
        if waited >= WORTH_SAYING:
            yield f"   {'':<19}  {below[:-3]}│  … {span(waited)} later"
        last[0] = at
    name = f"{before}{row['Name']}" + (f" #{said['attempt']}" if "attempt" in said else "")
    yield f"   {f'{at:%Y-%m-%d %H:%M:%S}' if at else '':<19}  {name:<{WIDTH}} {_came_of(row)}".rstrip()
    mine = children.get(row["Id"], [])
    for number, child in enumerate(mine):
        end = number == len(mine) - 1
        yield from _lines(child, below + ("└─ " if end else "├─ "), below + ("   " if end else "│  "), children, last)


def _came_of(row: Row) -> str:
    said, failed = row["Properties"], "" if row["Success"] else "✘ "
    if row["DependencyType"] == "HTTP":
        text = " ".join(filter(None, (row["ResultCode"], said.get("code", ""), "again" if "resend" in said else "")))
    else:
        state = " ".join(said[name] for name in ("status", "nextStage") if name in said)
        why = said.get("why") or said.get("reason")
        text = ", ".join(filter(None, (said.get("outcome"), state, why)))
    return f"{failed}{text}  {row['DurationMs']:.0f} ms"
