"""One mutant against the tests that reach it, in a process of its own: killed, or survived.

The process is forked from one that has the libraries loaded already; the changed module is compiled from memory, so
nothing on disk changes and an interrupted run leaves nothing behind.
"""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import CodeType

from tools.mutate.sites import Mutant

AT_FIRST, AT_MOST = 400, 3000
"""Tests in the first and the second call of pytest: most mutants fall to the first."""
NOTHING_FAILED, NOTHING_RAN = 0, 5


class Fate(StrEnum):
    """What became of a mutant. UNREACHED: no test runs the line. CUT_SHORT: nothing failed in its time."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "unreached"
    CUT_SHORT = "cut short"


@dataclass(frozen=True, slots=True)
class Result:
    """The fate of a mutant, after how many tests and seconds, and the log of its last run."""

    mutant: Mutant
    fate: Fate
    tests: int
    seconds: float


class _ChangedModule(importlib.machinery.SourceFileLoader):
    """Loads one module from memory; nothing of it is cached on disk."""

    def __init__(self, name: str, file: Path, source: str) -> None:
        super().__init__(name, str(file))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the one module that is changed."""

    def __init__(self, root: Path, path: str, source: str) -> None:
        self._name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._loader = _ChangedModule(self._name, root / path, source)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


def try_out(mutant: Mutant, tests: Sequence[str], root: Path, budget: float) -> Result:
    """Run the tests in two calls; stops at the first failure, or when `budget` seconds are over."""
    began = time.monotonic()
    if not tests:
        return Result(mutant, Fate.UNREACHED, 0, 0.0)
    ran = 0
    for part in (tests[:AT_FIRST], tests[AT_FIRST:AT_MOST]):
        left = budget - (time.monotonic() - began)
        if not part or left <= 0:
            break
        code = _forked(mutant, part, root, left)
        ran += len(part)
        if code is None:
            return Result(mutant, Fate.CUT_SHORT, ran, time.monotonic() - began)
        if code not in (NOTHING_FAILED, NOTHING_RAN):
            return Result(mutant, Fate.KILLED, ran, time.monotonic() - began)
    return Result(mutant, Fate.SURVIVED, ran, time.monotonic() - began)


def _forked(mutant: Mutant, tests: Sequence[str], root: Path, seconds: float) -> int | None:
    """The exit code of pytest in a child; None when it was ended for taking too long."""
    scratch = Path(tempfile.mkdtemp(prefix="mutant-"))
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setpgid(0, 0)
            # What the parent has made is not the child's to collect: a library with threads of its own dies of it.
            gc.freeze()
            code = _run_in_child(mutant, tests, root, scratch)
        finally:
            os._exit(code)
    try:
        return _wait(child, seconds)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _wait(child: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_in_child(mutant: Mutant, tests: Sequence[str], root: Path, scratch: Path) -> int:
    import pytest

    log = os.open(scratch / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(root)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch / "hypothesis")
    source = (root / mutant.path).read_text(encoding="utf-8")
    sys.meta_path.insert(0, _Finder(root, mutant.path, mutant.apply(source)))
    quiet = ["-q", "-x", "--no-header", "--no-summary", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider"]
    options = [*quiet, "-m", "", "--timeout=30", f"--basetemp={scratch / 'tmp'}", f"--rootdir={root}"]
    return int(pytest.main([*options, *tests]))
