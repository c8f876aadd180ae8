"""The groups of the application, as the host tells them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.stack.child import READY_WITHIN
from local.stack.environment import of_parts
from local.stack.errors import StackError

HTTP = "http"


@dataclass(frozen=True, slots=True)
class Group:
    """Functions that share instances. `queue` is what wakes it, or `schedule` (NCRONTAB); HTTP has neither."""

    name: str
    functions: tuple[str, ...]
    queue: str | None = None
    schedule: str | None = None

    @property
    def short(self) -> str:
        """For names of files and processes."""
        return self.name.rpartition(":")[2]


def read_groups(command: Sequence[str], root: Path, environment: dict[str, str]) -> list[Group]:
    """Run the host once to ask it; raises StackError with what it said."""
    answer = subprocess.run(
        [*command, "--groups"],
        cwd=root,
        env=of_parts(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READY_WITHIN,
        check=False,
    )
    if answer.returncode:
        raise StackError(f"the host could not tell its groups of functions.\n{answer.stderr[-2000:]}", 3)
    found = json.loads(answer.stdout)["groups"]
    return [Group(one["name"], tuple(one["functions"]), one["entity"], one["schedule"]) for one in found]
