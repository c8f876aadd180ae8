"""The simulator as a process, for tests."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[4]
PARTNER = "9a57e000-0000-4000-8000-00000009a57e"
CONTOSO = "c0000001-0000-4000-8000-000000000001"


def command(folder: Path, *more: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "local.simulator", "--data", str(folder), *more]


class SimulatorProcess:
    """Started, waited for, and ended by closing its stdin."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            command(folder, "--exit-with-stdin"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.url = str(self.ready["url"])
        self.session = requests.Session()
        self.session.trust_env = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        self.end()

    def end(self) -> int:
        """Close stdin, wait, return the exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        code = self._process.wait(timeout=20)
        self._process.stdout.close()
        return code

    def sign_in(self) -> None:
        """Put a Partner Center token on the session."""
        form = {
            "grant_type": "refresh_token",
            "client_id": "c11e0000-0000-4000-8000-00000000c11e",
            "client_secret": "not-a-real-client-secret",
            "refresh_token": "not-a-real-refresh-token",
            "scope": "https://api.partnercenter.microsoft.com/.default",
        }
        answer = self.session.post(f"{self.url}/{PARTNER}/oauth2/v2.0/token", data=form, timeout=20)
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request."""
        return self.session.request(method, f"{self.url}{path}", timeout=20, **more)
