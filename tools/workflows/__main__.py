"""python -m tools.workflows [FOLDER]. Exit codes: 0 nothing to say against them, 1 findings, 2 a mistake in arguments
or files, 3 Node or GitHub's package is missing (what ShellCheck found is told all the same)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from tools.workflows.official import ROOT, NotFoundHereError, judge
from tools.workflows.shell import objections

FOLDER = ROOT / ".github" / "workflows"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.workflows", description="Checks workflows without GitHub.")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="default: .github/workflows")
    folder: Path = parser.parse_args(arguments).folder
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yml"))}
    if not files:
        return _fail(f"no *.yml in {folder}", 2)
    try:
        findings = [f"{name}: {each}" for name, text in files.items() for each in objections(text)]
    except yaml.YAMLError as error:
        return _fail(str(error), 2)
    missing = ""
    try:
        findings += [f"{name}: {each}" for name, problems in judge(files).items() for each in problems]
    except NotFoundHereError as error:
        missing = str(error)
    for finding in findings:
        print(finding)
    if missing:
        return _fail(missing, 3)
    print(f"{len(files)} workflows, {len(findings)} findings")
    return 1 if findings else 0


def _fail(text: str, code: int) -> int:
    print(f"tools.workflows: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
