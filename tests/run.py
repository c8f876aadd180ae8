"""Everything that `python3 dev.py test` runs: format, lint, types, then the tests. Stops at the first that fails.

    python3 dev.py test                       all of it, without the slow tests
    python3 dev.py test --all                 the slow tests too (minutes)
    python3 dev.py test --only-tests          without format, lint and types
    python3 dev.py test tests/unit -k permit  paths and options for pytest; paths count from the checkout

Exit codes: 0 everything passed; 1 something failed; 2 a mistake in the arguments; 130 Ctrl-C.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
}
OWN = ("--all", "--only-tests")
WITHOUT_VALUE = ("-q", "-v", "-vv", "-x", "-s", "-l", "--lf", "--ff", "--sw", *OWN)
PYTEST_CODES = {0: 0, 2: 130, 4: 2, 5: 2}
"""Of pytest: interrupted, wrong usage, nothing collected; everything else is a failure."""


def main() -> int:
    """Run the checks one after the other."""
    arguments = sys.argv[1:]
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write((__doc__ or "").strip() + "\n")
        return 0
    missing = _missing_paths(arguments)
    if missing:
        sys.stderr.write(f"test: no such file or folder in {ROOT}: {', '.join(missing)}\n")
        return 2
    given = [item for item in arguments if item not in OWN]
    steps = {} if "--only-tests" in arguments else dict(CHECKS)
    scope = [] if "--all" in arguments else ["-m", "not slow"]
    steps["tests"] = ["-m", "pytest", "-q", *scope, *_workers(given), *given]
    for name, command in steps.items():
        print(f"== {name}: {' '.join(command[1:])}", file=sys.stderr, flush=True)
        code = subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode
        if code:
            print(f"== {name} failed", file=sys.stderr)
            return PYTEST_CODES.get(code, 1) if name == "tests" else 1
    return 0


def _missing_paths(arguments: list[str]) -> list[str]:
    """Paths for pytest that do not exist; what follows an option may be its value and is left to pytest."""
    found = []
    for before, item in zip(["", *arguments], arguments, strict=False):
        may_be_value = before.startswith("-") and "=" not in before and before not in WITHOUT_VALUE
        if not item.startswith("-") and not may_be_value and not (ROOT / item.partition("::")[0]).exists():
            found.append(item)
    return found


def _workers(given: list[str]) -> list[str]:
    wants_one = any(item.startswith(("-n", "--pdb", "-p")) for item in given)
    return [] if wants_one else ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "worksteal"]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("test: stopped.\n")
        sys.exit(130)
