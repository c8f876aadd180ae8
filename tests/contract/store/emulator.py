"""Azurite as a child of the test run, and a transport that fails where a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import TableServiceClient

from local.stack.azurite import PACKAGE, VARIABLE, accounts, connection_string, find_azurite, new_key
from local.stack.child import Child
from local.stack.errors import StackError


class CrashError(Exception):
    """Stands for the death of the process: nothing after it happens."""


def crash() -> None:
    raise CrashError


class Trouble(RequestsTransport):  # type: ignore[misc]  # azure-core exports it lazily, without its type
    """Lets `writes` requests that are no reads pass; before the next one `first` happens, once."""

    def __init__(self, writes: int, first: Callable[[], None] = crash) -> None:
        super().__init__()
        self._left, self._first = writes, first
        self.met = False

    def send(self, request: Any, **options: Any) -> Any:
        if request.method == "GET" or self.met:
            return super().send(request, **options)
        if self._left == 0:
            self.met = True
            return self._meet(request, **options)
        self._left -= 1
        return super().send(request, **options)

    def _meet(self, request: Any, **options: Any) -> Any:
        self._first()
        return super().send(request, **options)


class LostAnswer(Trouble):
    """The same request takes effect, and its answer does not arrive."""

    def _meet(self, request: Any, **options: Any) -> Any:
        super(Trouble, self).send(request, **options)
        raise ServiceResponseError("the connection broke before the answer came")


def why_not() -> str:
    """Why Azurite cannot be used here, "" when it can; short, because it is printed for every test."""
    try:
        find_azurite()
    except StackError:
        return f"needs Node.js and Azurite: npm install {PACKAGE} --prefix .data/tools (or set {VARIABLE})"
    return ""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running table service."""

    connection: str
    _child: Child

    @classmethod
    def start(cls, folder: Path) -> Emulator:
        """Everything in memory, on a free port."""
        key = new_key()
        child = Child("azurite", find_azurite().command(None, 0), folder / "azurite.log", folder, accounts(key))
        return cls(connection_string(str(child.ready()["url"]), key), child)

    def service(self, transport: RequestsTransport | None = None) -> TableServiceClient:
        """A client; the real transport unless a test brings another."""
        limits: dict[str, Any] = {"retry_total": 2, "retry_backoff_factor": 0.05}
        if transport is not None:
            limits["transport"] = transport
        return TableServiceClient.from_connection_string(self.connection, **limits)

    def stop(self) -> None:
        self._child.stop()
