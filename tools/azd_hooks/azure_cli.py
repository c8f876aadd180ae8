"""The Azure CLI, asked for JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

SECONDS = 120
"""A command that does not answer by then is not waited for."""


class AzureCliError(Exception):
    """The CLI is not there, or did not answer; the message is its last line."""


class AzureCli:
    """Asks in one subscription, or in the one that the CLI has chosen itself."""

    def __init__(self, subscription: str = "") -> None:
        self._subscription = subscription

    def of(self, subscription: str) -> AzureCli:
        """The same in another subscription."""
        return AzureCli(subscription)

    def ask(self, *command: str) -> Any:
        """The answer of `az COMMAND`. Raises AzureCliError."""
        program = shutil.which("az")
        if program is None:
            raise AzureCliError("the Azure CLI (az) is not installed")
        where = ["--subscription", self._subscription] if self._subscription else []
        words = [program, *command, *where, "--only-show-errors", "--output", "json"]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AzureCliError(f"az {' '.join(command)}: {type(error).__name__}") from error
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise AzureCliError(said[-1])
        try:
            return json.loads(done.stdout or "null")
        except ValueError as error:
            raise AzureCliError(f"az {' '.join(command)}: no JSON") from error
