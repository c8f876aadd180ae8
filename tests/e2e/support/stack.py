"""The stack as a process group of its own, started from the command line as a user starts it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[3]
STOP_WITHIN = 30.0
STORE = os.environ.get("OFFBOARDING_E2E_STORE", "")
"""`azurite` runs the same tests on the store that production uses."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the scenario's people."""

    name: str
    id: str
    token: str

    @property
    def header(self) -> dict[str, str]:
        """What they send."""
        return {"Authorization": f"Bearer {self.token}"}


def _title(shown: dict[str, Any]) -> str:
    return "+".join(shown["roles"]) if len(shown["roles"]) < 4 else "all"


@dataclass(frozen=True, slots=True)
class Addresses:
    """What `up --json` prints."""

    servicebus: str
    http: str
    key: str
    simulator: str
    data: Path
    rest: str = ""
    """Service Bus over HTTP."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """By their roles, such as "Operate"; whoever has all of them is "all"."""
    evidence_key: str = ""
    notifications: str = ""
    """Where the sink shows what people would have been told."""


class LocalStack:
    """`python -m local.stack up`; leaves nothing behind, even when a test dies."""

    def __init__(self, data: Path, *arguments: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._errors = data.with_name(f"{data.name}.stderr")
        # Only a new folder is told its store: it is the folder's to remember.
        store = ["--store", STORE] if STORE and not any(data.iterdir()) else []
        with self._errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.stack", "up", "--data", str(data), *store, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                umask=0o022 if os.name != "nt" else -1,  # as most machines have it
            )
        atexit.register(self.kill)

    @classmethod
    def start(cls, data: Path, scenario: Path, *arguments: str) -> tuple[Self, Addresses]:
        """Start and wait until it is ready."""
        stack = cls(data, "--json", "--scenario", str(scenario), *arguments)
        try:
            return stack, stack.addresses()
        except BaseException:
            stack.kill()
            raise

    def addresses(self) -> Addresses:
        """The JSON line of `--json`; fails with everything on stderr when there is none."""
        line = self.line()
        assert line.startswith("{"), f"the stack did not start: {self.errors()}"
        shown: dict[str, Any] = json.loads(line)
        return Addresses(
            shown["servicebus"],
            shown["http"],
            shown["functionKey"],
            shown["simulator"],
            Path(shown["data"]),
            shown["servicebusRest"],
            {_title(one): Person(one["name"], one["objectId"], one["token"]) for one in shown["people"]},
            shown["evidenceKey"],
            shown["notifications"],
        )

    def line(self) -> str:
        """The next line of stdout, "" at its end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    @property
    def group(self) -> int:
        """The process group of the stack and its children."""
        return self.process.pid

    def alive(self) -> bool:
        """Whether any process of the group is left."""
        try:
            os.killpg(self.group, 0)
        except ProcessLookupError:
            return False
        return True

    def interrupt(self) -> int:
        """What Ctrl-C does (every process of the group is told); returns the exit code."""
        if os.name != "nt":
            os.killpg(self.group, signal.SIGINT)
        else:
            self.process.terminate()
        return self.process.wait(STOP_WITHIN)

    def kill(self) -> None:
        """End the whole group at once, as a power cut would; does nothing when it is gone already."""
        atexit.unregister(self.kill)
        if os.name != "nt":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait(STOP_WITHIN)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def errors(self) -> str:
        """Everything on stderr so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")
