"""What the tests reach: a table for each room that was measured, and a bar for the two that decide and act.

    python -m tests.coverage_bar      reads what COVERAGE_FILE names; `dev.py test --coverage` runs it after the tests

In the domain and in the pipeline every line and every branch is reached by a test, or the function that holds it is
named in coverage_exceptions.toml with a reason. An exception that is needed no more is named as well.

Exit codes: 0 the bar holds; 1 something is not reached, or an exception is not needed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage

from tests.run import BARRED

ROOT = Path(__file__).resolve().parents[1]
EXCEPTIONS = Path(__file__).with_name("coverage_exceptions.toml")


@dataclass(frozen=True, slots=True)
class Gap:
    """A function that is not reached whole: its name with the module, and what is missing."""

    file: str
    function: str
    lines: tuple[int, ...]
    branches: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it stands in the exceptions; what stands outside of functions is `<module>`."""
        module = self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        return f"{module}:{self.function or '<module>'}"

    def is_called(self, name: str) -> bool:
        """Whether that is its name; the first parts of the module may be left out, so that a file can move."""
        return f".{self.name}".endswith(f".{name}")

    def __str__(self) -> str:
        missing = [*(f"line {line}" for line in self.lines), *(f"branch {branch}" for branch in self.branches)]
        return f"{self.name} ({self.file}): {', '.join(missing)}"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of shared/, or a file directly below it."""

    name: str
    lines: int
    missing_lines: int
    branches: int
    missing_branches: int

    @property
    def share(self) -> float:
        """Of lines and branches together, in percent."""
        every = self.lines + self.branches
        return 100.0 * (every - self.missing_lines - self.missing_branches) / every if every else 100.0


def rooms(files: Mapping[str, Any]) -> list[Room]:
    """The table, from the files of coverage's JSON report."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for path, found in files.items():
        name = "/".join(Path(path).parts[:2])
        for at, key in enumerate(("num_statements", "missing_lines", "num_branches", "missing_branches")):
            sums[name][at] += found["summary"][key]
    return [Room(name, *counts) for name, counts in sorted(sums.items())]


def gaps(files: Mapping[str, Any]) -> list[Gap]:
    """What is missing where the bar is, function by function."""
    return [
        Gap(path, function, tuple(one["missing_lines"]), tuple(f"{a}->{b}" for a, b in one["missing_branches"]))
        for path, found in files.items()
        if path.startswith(tuple(f"{room}/" for room in BARRED))
        for function, one in found["functions"].items()
        if one["missing_lines"] or one["missing_branches"]
    ]


def problems(found: Iterable[Gap], excepted: Mapping[str, str]) -> list[str]:
    """A line for each gap without an exception, and for each exception without a gap or without a reason."""
    there = list(found)
    said = [f"not reached: {gap}" for gap in there if not any(gap.is_called(name) for name in excepted)]
    said += [f"excepted, but reached or not there: {n}" for n in excepted if not any(gap.is_called(n) for gap in there)]
    return said + [f"excepted without a reason: {name}" for name, reason in excepted.items() if not reason.strip()]


def measured() -> Mapping[str, Any]:
    """The files of coverage's JSON report; the data is the file that COVERAGE_FILE names."""
    data = coverage.Coverage()
    data.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        data.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {Path(path).as_posix(): found for path, found in files.items()}


def main() -> int:
    """Print the table, and what is below the bar."""
    files = measured()
    print(f"{'':24} lines missed branches missed  reached")
    for room in rooms(files):
        counts = f"{room.lines:5} {room.missing_lines:6} {room.branches:8} {room.missing_branches:6}"
        print(f"{room.name:24} {counts}  {room.share:6.1f}%{'  (bar: all)' if room.name in BARRED else ''}")
    excepted: dict[str, str] = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))["not_reached"]
    found = problems(gaps(files), excepted)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
