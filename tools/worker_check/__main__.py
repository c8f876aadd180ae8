"""python -m tools.worker_check, run by an interpreter that has what README.md names.

Exit codes: 0 every function is listed and runs, 1 something is wrong, 2 the check could not be carried out.
"""

import asyncio
import importlib.util
import logging
import os
import platform
import sys
import tempfile
from pathlib import Path

from tools.worker_check.app import INVOCATIONS, settings

_ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("azure.functions", "azure_functions_runtime", "google.protobuf")


def main() -> int:
    """Check this project's app and print what is wrong with it."""
    missing = [name for name in _NEEDED if not _is_there(name)]
    if missing:
        print(f"worker_check: {sys.executable} has no {', '.join(missing)}; see its README.md", file=sys.stderr)
        return 2
    # Only now: the check imports what was looked for.
    from tools.worker_check.check import check_app

    logging.getLogger().addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= settings(Path(scratch))
        problems = asyncio.run(check_app(_ROOT, INVOCATIONS))
    for problem in problems:
        print(f"worker_check: {problem}")
    names = {invocation.function for invocation in INVOCATIONS}
    print(
        f"Python {platform.python_version()}: {len(names)} functions, {len(INVOCATIONS)} invocations, "
        f"{len(problems)} mistakes"
    )
    return 1 if problems else 0


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main())
