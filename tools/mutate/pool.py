"""Processes with the libraries loaded that fork a child for each mutant, for loading costs more than testing."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from pathlib import Path
from queue import Queue
from types import TracebackType

from tools.mutate.sites import Mutant
from tools.mutate.trial import Result, try_out

LIBRARIES = (
    "pytest",
    "hypothesis",
    "pydantic",
    "requests",
    "jsonschema",
    "jwt",
    "cryptography.x509",
    "msal",
    "azure.identity",
    "azure.servicebus",
    "azure.data.tables",
    "azure.functions",
    "werkzeug",
)


class Pool:
    """`jobs` helper processes, each with one mutant at a time."""

    def __init__(self, root: Path, jobs: int, budget: float) -> None:
        self._free: Queue[Connection] = Queue()
        self._processes = []
        context: SpawnContext | ForkContext = multiprocessing.get_context("spawn")
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, root, budget), daemon=False)
            process.start()
            self._processes.append(process)
            self._free.put(ours)

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._free.empty():
            self._free.get().send(None)
        for process in self._processes:
            process.join(5)
            if process.is_alive():
                process.kill()

    def run(self, mutant: Mutant, tests: list[str]) -> Result:
        """Try one mutant in the next free process."""
        connection = self._free.get()
        try:
            connection.send((mutant, tests))
            result = connection.recv()
        finally:
            self._free.put(connection)
        if not isinstance(result, Result):
            raise TypeError(f"a helper process failed: {result}")
        return result


def _serve(connection: Connection, root: Path, budget: float) -> None:
    import importlib

    for name in LIBRARIES:
        importlib.import_module(name)
    while (wanted := connection.recv()) is not None:
        mutant, tests = wanted
        try:
            connection.send(try_out(mutant, tests, root, budget))
        except Exception as error:  # the parent tells which mutant it was
            connection.send(f"{mutant.name}: {error!r}")
