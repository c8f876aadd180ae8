"""python -m tools.kql check FOLDER; python -m tools.kql run QUERY ROWS... [--now MOMENT]. Exit codes: 0 nothing to say
against it, 1 findings, 2 a mistake in arguments or files, 3 Node or its package is missing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.kql.logs import Logs, QueryError
from tools.kql.official import NotFoundHereError, judge
from tools.kql.rows import RowError, read_rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.kql", description="Queries for Azure Monitor, on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="what Microsoft's language service says of every query of a folder")
    check.add_argument("folder", type=Path)
    run = commands.add_parser("run", help="carry out a query over rows of telemetry, a JSON object for each line")
    run.add_argument("query", type=Path)
    run.add_argument("rows", type=Path, nargs="+")
    run.add_argument("--now", type=_moment, help="what now() is, ISO 8601; by default the time of the newest row")
    asked = parser.parse_args(arguments)
    try:
        return _check(asked.folder) if asked.command == "check" else _run(asked.query, asked.rows, asked.now)
    except (OSError, RowError, QueryError) as error:
        return _fail(str(error), 2)
    except NotFoundHereError as error:
        return _fail(str(error), 3)


def _check(folder: Path) -> int:
    queries = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.kql"))}
    if not queries:
        return _fail(f"no *.kql in {folder}", 2)
    findings = [f"{name}: {problem}" for name, verdict in judge(queries).items() for problem in verdict.problems]
    for finding in findings:
        print(finding)
    print(f"{len(queries)} queries, {len(findings)} findings")
    return 1 if findings else 0


def _run(query: Path, files: Sequence[Path], now: datetime | None) -> int:
    rows = [row for file in files for row in read_rows(file)]
    newest = max((_moment(row["TimeGenerated"]) for row in rows if "TimeGenerated" in row), default=datetime.now(UTC))
    for found in Logs(rows).ask(query.read_text(encoding="utf-8"), now or newest):
        print(json.dumps(found, default=str, ensure_ascii=False))
    return 0


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _fail(text: str, code: int) -> int:
    print(f"tools.kql: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
