"""What GitHub's own language service says of workflows, where Node and its package are found.

It knows what no schema does: jobs that `needs` names and that are not there, cycles, and expressions that do not parse
or ask for an input, a step, an output or a part of the matrix that does not exist.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("official.mjs")
PACKAGE = "@actions/languageservice"
VERSION = "0.3.61"
PLACE = ROOT / ".data" / "workflows" / "node_modules" / PACKAGE
INSTALL = f"npm install --no-save --prefix .data/workflows {PACKAGE}@{VERSION}"
LONGEST = 60
"""Seconds; it takes one."""


class NotFoundHereError(Exception):
    """Node or the package is missing; says what to do."""


def judge(files: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """What it objects to, as sentences, for each file of .github/workflows by its name.

    Raises NotFoundHereError, or RuntimeError if the service fails.
    """
    asked = {"package": str(_package()), "files": dict(files)}
    run = subprocess.run(
        [_node(), str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if run.returncode:
        raise RuntimeError(f"the language service failed: {run.stderr.strip()[-600:]}")
    return {name: tuple(problems) for name, problems in json.loads(run.stdout).items()}


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise NotFoundHereError("no Node: install Node 20.10 or newer")
    return found


def _package() -> Path:
    """`OFFBOARDING_ACTIONS` names its folder where it lies elsewhere."""
    found = Path(os.environ.get("OFFBOARDING_ACTIONS") or PLACE)
    if not (found / "package.json").is_file():
        raise NotFoundHereError(f"no {PACKAGE} in {found}: {INSTALL}")
    return found
