"""The host as a process, as its users start it."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[4]
TOY_APP = Path(__file__).parent / "toy_app"
DEADLINE = 30.0


def command(app: Path, *options: str) -> list[str]:
    """The command line for an app on a free port."""
    return [sys.executable, "-m", "local.host", "--app", str(app), "--port", "0", *options]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with the app's settings."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **settings}


def until(condition: Callable[[], Any], what: str) -> Any:
    """Waits for a condition and returns its value; fails with `what` at the deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if value := condition():
            return value
        threading.Event().wait(0.02)
    raise AssertionError(f"never happened: {what}")


def seen(folder: Path, kind: str) -> list[dict[str, Any]]:
    """What the toy app noted of one kind, in order."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob(f"*-{kind}-*.json"))]


class HostProcess:
    """A host under way; its output is collected as it comes."""

    def __init__(self, app: Path, settings: Mapping[str, str], *options: str) -> None:
        self.process = subprocess.Popen(
            command(app, "--exit-with-stdin", *options),
            cwd=ROOT,
            env=environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.errors: list[str] = []
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._follow(self.process.stderr, self.errors.append)
        self._follow(self.process.stdout, self.lines.put)
        self.ready: dict[str, Any] = {}

    @property
    def port(self) -> int:
        """Its HTTP port, once it is ready."""
        return int(self.ready["port"])

    @property
    def log(self) -> str:
        """What it wrote to stderr so far."""
        return "".join(self.errors)

    def wait_ready(self) -> None:
        """Waits for the ready line."""
        try:
            self.ready = json.loads(self.lines.get(timeout=DEADLINE))
        except (queue.Empty, ValueError):
            raise AssertionError(f"the host is not ready:\n{self.log}") from None

    def stop(self) -> int:
        """Ends its stdin; returns its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        """Waits for its end; returns its exit code."""
        return self.process.wait(DEADLINE)

    def _follow(self, stream: IO[str] | None, take: Callable[[str], None]) -> None:
        def work() -> None:
            assert stream is not None
            for line in stream:
                take(line)
            take("")

        threading.Thread(target=work, daemon=True).start()


@contextmanager
def started(app: Path, settings: Mapping[str, str], *options: str) -> Iterator[HostProcess]:
    """A host that may not be ready yet; killed at the end of the block if it still runs."""
    host = HostProcess(app, settings, *options)
    try:
        yield host
    finally:
        host.process.kill()
        host.process.wait()


@contextmanager
def running(app: Path, settings: Mapping[str, str], *options: str) -> Iterator[HostProcess]:
    """A host that said that it is ready."""
    with started(app, settings, *options) as host:
        host.wait_ready()
        yield host
