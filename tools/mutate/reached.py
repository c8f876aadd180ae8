"""Which tests reach a line, and how long each of them takes: measured once for a state of the tree, then kept."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path

import coverage

TESTS = ("tests/unit", "tests/functional")
NOT_OF_THE_HEART = ("tests/unit/infra",)
SECONDS_OF_TESTS = 30.0
"""Of recorded time, which includes that of measuring: about a third of it when a mutant is tried."""
QUICK = "tests/unit/"
IMPORTED = re.compile(r"^\s*(?:from|import) (shared(?:\.\w+)+)", re.MULTILINE)
REACHED_LINES = ("shared",)


@dataclass(frozen=True, slots=True)
class Reached:
    """`by_line`: path, then line, then the tests that run it; `by_file`: every test that runs anything of a file;
    `by_import`: every test whose own file imports it."""

    by_line: Mapping[str, Mapping[int, frozenset[str]]]
    by_file: Mapping[str, frozenset[str]]
    seconds: Mapping[str, float]
    by_import: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def tests(self, path: str, first: int, last: int) -> list[str]:
        """The tests to try, unit tests first. Code that runs at import concerns every test of the file, and that of a
        file without functions every quick test: too many to try them all, so those that import it come first."""
        lines = self.by_line.get(path, {})
        found = frozenset(chain.from_iterable(lines.get(line, frozenset()) for line in range(first, last + 1)))
        wanted = found or self.by_file.get(path, frozenset()) or frozenset(self.seconds)
        naming = frozenset() if found else self.by_import.get(path, frozenset())
        others = wanted - naming
        quick = frozenset(test for test in others if test.startswith(QUICK))
        return [test for group in (naming, quick, others - quick) for test in self._in_turn(self._within(group))]

    def _within(self, tests: Iterable[str]) -> list[str]:
        """As many of them as are worth their time, the quickest, and no file with slow ones uses it up: a line that a
        thousand tests run needs no thousand to be held."""
        chosen: list[str] = []
        left = SECONDS_OF_TESTS
        for test in sorted(tests, key=lambda name: (self.seconds.get(name, 1.0), name)):
            left -= self.seconds.get(test, 1.0)
            if left < 0 and chosen:
                break
            chosen.append(test)
        return chosen

    def _in_turn(self, tests: Iterable[str]) -> list[str]:
        """Quick ones first, and the files of tests in turn."""
        by_test_file: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=lambda name: (self.seconds.get(name, 1.0), name)):
            by_test_file[test.partition("::")[0]].append(test)
        files = sorted(by_test_file.values(), key=lambda names: self.seconds.get(names[0], 1.0))
        return [test for turn in zip_longest(*files) for test in turn if test is not None]


def measure(root: Path, scratch: Path, jobs: int) -> Reached:
    """Run the fast tests once with coverage's contexts; kept under a hash of the tree's Python files."""
    kept = scratch / f"reached-{_fingerprint(root)}"
    if not (kept / "seconds.json").exists():
        _run(root, kept, jobs)
    return load(root, kept)


def load(root: Path, kept: Path) -> Reached:
    """A measurement that was made before, possibly of another copy of the tree."""
    data = coverage.CoverageData(str(kept / "coverage"))
    data.read()
    by_line: dict[str, dict[int, frozenset[str]]] = {}
    by_file: dict[str, frozenset[str]] = {}
    for measured in data.measured_files():
        path = measured[measured.index("/shared/") + 1 :]
        lines = data.contexts_by_lineno(measured)
        by_line[path] = {line: frozenset(map(_test_of, contexts)) - {""} for line, contexts in lines.items()}
        by_file[path] = frozenset(chain.from_iterable(by_line[path].values()))
    seconds: dict[str, float] = json.loads((kept / "seconds.json").read_text())
    return Reached(by_line, by_file, seconds, _by_import(root, seconds))


def _by_import(root: Path, tests: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each source file the tests whose file imports it: a table may be compared without running a line of it."""
    by_test_file: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        by_test_file[test.partition("::")[0]].append(test)
    found: dict[str, set[str]] = defaultdict(set)
    for name in sorted(by_test_file):
        text = (root / name).read_text(encoding="utf-8") if (root / name).is_file() else ""
        for module in IMPORTED.findall(text):
            found[module.replace(".", "/") + ".py"].update(by_test_file[name])
    return {path: frozenset(names) for path, names in found.items()}


def _test_of(context: str) -> str:
    return context.partition("|")[0]


def _run(root: Path, kept: Path, jobs: int) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    settings = kept / "coveragerc"
    settings.write_text(f"[run]\ndata_file = {kept / 'coverage'}\nsource = {','.join(REACHED_LINES)}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-n", str(jobs + 1), "--dist", "worksteal"]
    command += ["--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report=", "-p", "no:cacheprovider"]
    command += ["-p", "tools.mutate.plugin", f"--mutate-seconds={kept / 'seconds.json'}", *TESTS]
    command += [f"--ignore={name}" for name in NOT_OF_THE_HEART]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if ran.returncode:
        (kept / "seconds.json").unlink(missing_ok=True)
        raise SystemExit(
            f"mutate: the tests fail before anything is changed:\n{ran.stdout[-3000:]}{ran.stderr[-1000:]}"
        )


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for folder in ("shared", "functions", "local", *TESTS):
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
