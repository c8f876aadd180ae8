"""A trace on a terminal: what hangs below what, with times and with the waits between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.demo.trace import read_rows, tree_of

IDENTITY = "0ffb0a4d-0000-5000-8000-00000000f00d"


def row(identity: str, parent: str, name: str, second: int, **said: str) -> dict[str, Any]:
    call = name.startswith("GET")
    return {
        "Type": "AppDependencies",
        "OperationId": IDENTITY.replace("-", ""),
        "Id": identity,
        "ParentId": parent,
        "Name": name,
        "TimeGenerated": f"2026-06-01T12:00:{second:02}.000000Z",
        "DependencyType": "HTTP" if call else "InProc",
        "ResultCode": "503" if call else "0",
        "Success": not call,
        "DurationMs": 12.4,
        "Properties": said,
    }


ROWS = [
    row("c1", "w1", "GET /v1/customers/{id}", 3),
    row("w2", "r2", "wake-up verify", 9, businessTime="2026-07-01T12:00:02+00:00", attempt="2", outcome="finish"),
    row(
        "w1",
        "r1",
        "wake-up plan",
        2,
        businessTime="2026-06-01T12:00:02+00:00",
        attempt="1",
        outcome="dropped",
        why="claimed",
    ),
    row("root", "", "offboarding", 1, businessTime="2026-06-01T12:00:01+00:00", status="received"),
    {**row("r1", "root", "plan", 2), "Type": "AppRequests"},
    {**row("r2", "root", "verify", 9), "Type": "AppRequests"},
    {**row("x", "", "of another", 5), "OperationId": "0" * 32},
    {"Type": "AppTraces", "OperationId": IDENTITY.replace("-", ""), "Message": "a line"},
]


def test_the_tree() -> None:
    lines = [line.split() for line in tree_of(ROWS, IDENTITY).splitlines()]
    assert lines == [
        ["trace", IDENTITY.replace("-", "") + ":", "4", "spans", "(business", "time,", "UTC)"],
        ["2026-06-01", "12:00:01", "offboarding", "received", "12", "ms"],
        ["2026-06-01", "12:00:02", "├─", "wake-up", "plan", "#1", "dropped,", "claimed", "12", "ms"],
        ["│", "└─", "GET", "/v1/customers/{id}", "✘", "503", "12", "ms"],
        ["│", "…", "30", "days", "later"],
        ["2026-07-01", "12:00:02", "└─", "wake-up", "verify", "#2", "finish", "12", "ms"],
    ]


def test_a_half_written_line_and_no_file_are_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "told.jsonl"
    assert read_rows(file) == []
    file.write_text(json.dumps(ROWS[0]) + '\n{"Type": "AppDep', encoding="utf-8")
    assert read_rows(file) == ROWS[:1]
