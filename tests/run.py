"""Everything that `python3 dev.py test` runs: format, lint, then types beside the tests. Stops where one fails.

    python3 dev.py test                       the application's tests: unit, functional, contract, simulation
    python3 dev.py test --tool broker         the tests of a tool instead, which stand beside it; may be repeated.
                                              broker, host, simulator, http_shell, stack (with the demo and tests/e2e),
                                              tools (of tools/), mutate (which forks, and so runs by itself)
    python3 dev.py test --all                 everything, slow tests and every crash point too (most of an hour)
    python3 dev.py test --tool broker --all   everything of that tool
    python3 dev.py test --only-tests          without format, lint and types
    python3 dev.py test --coverage            measures too which lines and branches of the domain and the pipeline their
                                              tests and those of whole offboardings reach; fails when one is not reached
                                              (tests/coverage_exceptions.toml). With --all: of shared/, by every test
    python3 dev.py test --rest                the application's tests that a run without options leaves out: every case
                                              of long tables, every point of long enumerations, more random examples
    python3 dev.py test tests/unit -k permit  paths and options for pytest; paths count from the checkout

A quick run tries every fifth point of long enumerations and fewer random examples; without paths or options for pytest
one case in forty of long tables, and without what is marked as long, too.
Exit codes: 0 everything passed; 1 something failed; 2 a mistake in the arguments; 130 Ctrl-C.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
}
TYPES = ["-m", "mypy"]
"""One process, and half a minute on a new clone: it runs while the tests do."""
APPLICATION = ("tests/unit", "tests/functional", "tests/contract", "tests/simulation")
BARRED = ("shared/domain", "shared/pipeline")
"""Rooms that must be reached whole."""
MEASURED_PLACES = (
    *("tests/unit/domain", "tests/unit/pipeline", "tests/functional"),
    *("tests/unit/contracts", "tests/unit/intake", "tests/unit/notify", "tests/unit/operations"),
    *("tests/unit/evidence", "tests/unit/snapshots"),
)
"""What reaches the domain and the pipeline. Measuring takes as long again as a test, so the others run without."""
TOOLS: dict[str, tuple[str, ...]] = {
    "broker": ("local/broker",),
    "host": ("local/host",),
    "simulator": ("local/simulator",),
    "http_shell": ("local/http_shell",),
    "sink": ("local/sink",),
    "stack": ("local/stack", "local/demo", "tests/e2e"),
    "tools": ("tools/[!m]*/tests",),
    "mutate": ("tools/mutate/tests",),
}
THOROUGH = {"OFFBOARDING_CRASH_EVERY": "1"}
QUICK = {"OFFBOARDING_CASES_EVERY": "40"}
MEASURED = {"OFFBOARDING_CASES_WHOLE": "unit"}
"""Small and fast, and where most of what decides is reached."""
LONG = {"OFFBOARDING_CASES_LONG": "1"}
REST = {"OFFBOARDING_CASES_REST": "1"}
PYTEST_CODES = {0: 0, 2: 130, 4: 2, 5: 2}
"""Of pytest: interrupted, wrong usage, nothing collected; everything else is a failure."""
WITHOUT_VALUE = ("-q", "-v", "-vv", "-x", "-s", "-l", "--lf", "--ff", "--sw")


def main(arguments: list[str]) -> int:
    """Run the checks one after the other."""
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write((__doc__ or "").strip() + "\n")
        return 0
    options, given = _parser().parse_known_args(arguments)
    missing = missing_paths(given)
    if missing:
        sys.stderr.write(f"test: no such file or folder in {ROOT}: {', '.join(missing)}\n")
        return 2
    for name, command in ({} if options.only_tests else CHECKS).items():
        if _run(name, command):
            return _failed(name, 1)
    if options.only_tests:
        return _test(options, given)
    return _beside("types", TYPES, lambda: _test(options, given))


def _beside(name: str, command: list[str], work: Callable[[], int]) -> int:
    """Run a check while `work` is done; what it says comes after, so that the two do not mix. Returns the exit code."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        check = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            code = work()
            failed = check.wait()
        finally:
            check.kill()
            check.wait()
        said.seek(0)
        print(f"== {name}: {' '.join(command[1:])}\n{said.read().strip()}", file=sys.stderr, flush=True)
    return (_failed(name, 1) if failed else 0) or code


def _test(options: argparse.Namespace, given: list[str]) -> int:
    places = [] if any(is_path(item) for item in given) else list(places_of(options.tool, everything=options.all))
    if not places and options.tool:
        return 0
    command = ["-m", "pytest", "-q", *_scope(options), *_workers(given, places)]
    environment = {**_how_thorough(options, given), **os.environ}
    # Every worker reads the same files: compiled once, not once for each of them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not options.coverage:
        return _tested([*command, *places, *given], environment)
    others = [] if given or options.tool or options.all else _without(places, MEASURED_PLACES)
    code = _tested([*command, *others], environment) if others else 0
    rooms = BARRED if others else ("shared",)
    return code or _measured([*command, *(MEASURED_PLACES if others else places), *given], rooms, environment)


def _without(places: Sequence[str], measured: Sequence[str]) -> list[str]:
    """The places, one level deeper where a part of one is measured."""
    deeper = {str(Path(one).parent) for one in measured}
    found = [
        path for place in places for path in (sorted((ROOT / place).iterdir()) if place in deeper else [ROOT / place])
    ]
    names = [path.relative_to(ROOT).as_posix() for path in found if path.is_dir() or path.name.startswith("test_")]
    return [name for name in names if name not in measured and not name.endswith("__pycache__")]


def _tested(command: list[str], environment: dict[str, str]) -> int:
    code = _run("tests", command, environment)
    return _failed("tests", PYTEST_CODES.get(code, 1)) if code else 0


def _measured(command: list[str], rooms: Sequence[str], environment: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment["COVERAGE_FILE"] = str(Path(folder) / "coverage")
        # The same random examples in every run, so that what they reach does not differ from run to run.
        options = [*(f"--cov={room}" for room in rooms), "--cov-branch", "--cov-report=", "--hypothesis-seed=8"]
        code = _tested([*command, *options], environment)
        if code:
            return code
        return _failed("coverage", 1) if _run("coverage", ["-m", "tests.coverage_bar"], environment) else 0


def _how_thorough(options: argparse.Namespace, given: list[str]) -> dict[str, str]:
    if options.rest:
        return THOROUGH | QUICK | REST | MEASURED
    if options.coverage:
        return QUICK | MEASURED | LONG
    if options.all:
        return THOROUGH
    return {} if given or options.tool else QUICK


def places_of(tools: Sequence[str], *, everything: bool) -> Iterable[str]:
    """What is tested when no path was given. A folder that is not there has no tests."""
    wanted = [place for tool in tools for place in TOOLS[tool]]
    if not tools:
        wanted = [*APPLICATION, *(place for places in TOOLS.values() for place in places if everything)]
    return (found.relative_to(ROOT).as_posix() for place in wanted for found in sorted(ROOT.glob(place)))


def _scope(options: argparse.Namespace) -> list[str]:
    profile = ["--hypothesis-profile=ci"] if options.all or options.rest else []
    return profile if options.all else [*profile, "-m", "not slow"]


def _workers(given: list[str], places: list[str]) -> list[str]:
    if any(item.startswith(("-n", "--pdb", "-p")) for item in given):
        return []
    cores = os.cpu_count() or 1
    # The application's tests keep a core busy; those of processes and sockets wait a part of their time.
    waits = not set(places) <= set(APPLICATION)
    # Only tests/e2e describes a running stack; loading what it does that with takes a second in each process.
    without = ["-p", "no:schemathesis"] if places and not waits else []
    return ["-n", str(min(8, max(2, cores)) if not waits else min(4, cores + 1)), "--dist", "worksteal", *without]


def is_path(item: str) -> bool:
    """Whether an argument names something to be tested."""
    return not item.startswith("-") and (ROOT / item.partition("::")[0]).exists()


def missing_paths(arguments: list[str]) -> list[str]:
    """Paths for pytest that do not exist; what follows an option may be its value and is left to pytest."""
    found = []
    for before, item in zip(["", *arguments], arguments, strict=False):
        may_be_value = before.startswith("-") and "=" not in before and before not in WITHOUT_VALUE
        if not item.startswith("-") and not may_be_value and not is_path(item):
            found.append(item)
    return found


def _run(name: str, command: list[str], environment: dict[str, str] | None = None) -> int:
    print(f"== {name}: {' '.join(command[1:])}", file=sys.stderr, flush=True)
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False).returncode


def _failed(name: str, code: int) -> int:
    print(f"== {name} failed", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--tool", action="append", choices=list(TOOLS), default=[])
    for flag in ("--all", "--only-tests", "--coverage", "--rest"):
        parser.add_argument(flag, action="store_true")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.stderr.write("test: stopped.\n")
        sys.exit(130)
