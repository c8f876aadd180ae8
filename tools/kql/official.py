"""What Microsoft's own language service says of queries, where Node and its package are found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.kql.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("official.cjs")
PACKAGE = "@kusto/language-service-next"
VERSION = "12.4.1"
PLACE = ROOT / ".data" / "tools" / "node_modules" / PACKAGE
INSTALL = f"npm install --no-save --prefix .data/tools {PACKAGE}@{VERSION}"
LONGEST = 60
"""Seconds; it takes two."""


class NotFoundHereError(Exception):
    """Node or the package is missing; says what to do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it objects to, as sentences, and the columns of the answer with their types."""

    problems: tuple[str, ...]
    columns: Mapping[str, str]


def judge(queries: Mapping[str, str]) -> Mapping[str, Verdict]:
    """A verdict on each query, against TABLES. Raises NotFoundHereError, or RuntimeError if the service fails."""
    asked = {"package": str(_package()), "tables": TABLES, "queries": dict(queries)}
    run = subprocess.run(
        [_node(), str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if run.returncode:
        raise RuntimeError(f"the language service failed: {run.stderr.strip()[-600:]}")
    found = json.loads(run.stdout)
    return {name: Verdict(tuple(each["problems"]), each["columns"]) for name, each in found.items()}


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise NotFoundHereError("no Node: install Node 18 or newer")
    return found


def _package() -> Path:
    """`OFFBOARDING_KUSTO` names its folder where it lies elsewhere."""
    found = Path(os.environ.get("OFFBOARDING_KUSTO") or PLACE)
    if not (found / "package.json").is_file():
        raise NotFoundHereError(f"no {PACKAGE} in {found}: {INSTALL}")
    return found
