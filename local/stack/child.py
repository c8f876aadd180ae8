"""One process of the stack: started, waited for until it says that it is ready, stopped by closing its input.

A child that sees the end of its input stops by itself, so that none survives a stack that was killed.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.stack.environment import of_parts
from local.stack.errors import StackError
from local.stack.excerpt import excerpt

READY_WITHIN = 60.0
STOP_WITHIN = 10.0


def python(module: str, arguments: list[str]) -> list[str]:
    """`python -m module ...` with this interpreter, ending with its input."""
    return [sys.executable, "-m", module, *arguments, "--exit-with-stdin"]


def _new_group() -> int:
    """The flag of Windows; other systems have sessions."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


class Child:
    """A command with its log in a file; `ready` is the JSON line that it printed.

    `extra` is added to its environment. With `own_group` neither Ctrl-C nor a kill of the stack's process group reaches
    it: it sees the end of its input instead, and ends in order.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        log_file: Path,
        root: Path,
        extra: Mapping[str, str] | None = None,
        *,
        own_group: bool = False,
    ) -> None:
        self.name, self._log_file = name, log_file
        self._lines: queue.Queue[str | None] = queue.Queue()
        environment = {**of_parts(os.environ), "PYTHONUNBUFFERED": "1", **(extra or {})}
        with log_file.open("ab") as log:
            self._log_start = log.seek(0, os.SEEK_END)
            self._process = subprocess.Popen(
                command,
                cwd=root,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=own_group and sys.platform != "win32",
                creationflags=_new_group() if own_group else 0,
            )
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def ready(self, mistake: int | None = None) -> dict[str, Any]:
        """The ready line; raises StackError with the end of the log when the child ends or says nothing in time.

        `mistake` is the child's exit code for a mistake of the user, which is handed on as such.
        """
        try:
            line = self._lines.get(timeout=READY_WITHIN)
        except queue.Empty:
            raise StackError(
                f"{self.name} was not ready within {READY_WITHIN:.0f} s.\n{self.last_words()}", 3
            ) from None
        if line is None:
            code = self._process.wait()
            text = f"{self.name} could not start (exit code {code}).\n{self.last_words()}"
            raise StackError(text, 2 if code == mistake else 3)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """Let it end by itself, then make it."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """The end of its log since it was started, for people."""
        with self._log_file.open("rb") as log:
            log.seek(self._log_start)
            said = excerpt(log.read().decode("utf-8", errors="replace"))
        return "".join(f"  {line}\n" for line in said) + f"  (whole log: {self._log_file})"

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                if line.strip():
                    self._lines.put(line)
        self._lines.put(None)
