"""Everything that `python3 dev.py test` runs: format, lint, types, then the tests. Stops at the first that fails.

`--all` adds the slow tests (minutes); `--only-tests` leaves the static checks out; the rest goes to pytest.
"""

import os
import subprocess
import sys

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
}


def main() -> int:
    """Run the checks one after the other."""
    arguments = sys.argv[1:]
    everything = "--all" in arguments
    only_tests = "--only-tests" in arguments
    given = [item for item in arguments if item not in ("--all", "--only-tests")]
    steps = {} if only_tests else dict(CHECKS)
    steps["tests"] = ["-m", "pytest", "-q", *([] if everything else ["-m", "not slow"]), *_workers(given), *given]
    for name, command in steps.items():
        print(f"== {name}: {' '.join(command[1:])}", file=sys.stderr, flush=True)
        code = subprocess.run([sys.executable, *command], check=False).returncode
        if code:
            print(f"== {name} failed", file=sys.stderr)
            return code
    return 0


def _workers(given: list[str]) -> list[str]:
    wants_one = any(item.startswith(("-n", "--pdb", "-p")) for item in given)
    return [] if wants_one else ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "worksteal"]


if __name__ == "__main__":
    sys.exit(main())
