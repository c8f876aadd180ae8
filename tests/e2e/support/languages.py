"""The languages of the samples: what each needs, and how its programs are built and started.

What is not at hand is skipped with its name. OFFBOARDING_NODE_MODULES names a folder in which `npm install` of
samples/javascript was run; nothing is downloaded here. C# runs on Mono (Debian: mono-mcs mono-runtime
libmono-system-net-http4.0-cil libmono-system-runtime-serialization4.0-cil libmono-system-xml-linq4.0-cil).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.support.stack import ROOT

SAMPLES = ROOT / "samples"
POWERSHELL = ("pwsh", "-NoProfile", "-NonInteractive", "-File")
LIMIT = 60
"""Seconds for one program."""
Build = Callable[[Path], None]
Start = Callable[[Path, str], list[str]]


@dataclass(frozen=True, slots=True)
class Language:
    """`build` puts the programs into a folder, `start` is the command that runs one of them from there."""

    name: str
    missing: str
    build: Build
    start: Start

    def parameter(self) -> object:
        """For pytest.mark.parametrize. Python alone is quick enough for every run of the tests."""
        skip = pytest.mark.skipif(bool(self.missing), reason=self.missing)
        return pytest.param(self, marks=[skip] if self.name == "python" else [skip, pytest.mark.slow], id=self.name)


def compiled(command: list[str], folder: Path) -> None:
    """Run a compiler; fails with everything that it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=2 * LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr


def javac_version() -> int:
    """The major version of javac, 0 if there is none."""
    if shutil.which("javac") is None:
        return 0
    shown = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False, timeout=LIMIT)
    found = re.search(r"javac (\d+)", shown.stdout + shown.stderr)
    return int(found[1]) if found else 0


def _node_modules() -> Path | None:
    given = os.environ.get("OFFBOARDING_NODE_MODULES")
    places = [Path(given).resolve() / "node_modules", Path(given).resolve()] if given else []
    return next((place for place in places if (place / "@azure" / "service-bus").is_dir()), None)


def _build_nothing(_folder: Path) -> None:
    """It runs where it lies."""


def _build_javascript(folder: Path) -> None:
    """Modules are found beside the program only, so the programs go where a link to the modules can be."""
    for program in (SAMPLES / "javascript").iterdir():
        shutil.copy(program, folder)
    modules = _node_modules()
    assert modules is not None
    try:
        (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    except OSError as error:
        pytest.skip(f"no symbolic link can be made here: {error}")


def _build_java(folder: Path) -> None:
    sources = sorted(map(str, (SAMPLES / "java-http").glob("*.java")))
    options = ["--release", "17", "-Xlint:all", "-Werror", "-encoding", "UTF-8"]
    compiled(["javac", *options, "-d", str(folder), *sources], folder)


def _build_csharp(folder: Path) -> None:
    sources = sorted(map(str, (SAMPLES / "csharp-http").glob("*.cs")))
    libraries = ("System.Net.Http", "System.Runtime.Serialization", "System.Xml", "System.Xml.Linq")
    options = ["-nologo", "-langversion:7.2", "-warnaserror+", *(f"-r:{name}.dll" for name in libraries)]
    for program in ("SendRequest", "SendByHttp", "FollowOutcome"):
        compiled(["mcs", *options, f"-main:{program}", f"-out:{program}.exe", *sources], folder)


def _class(name: str) -> str:
    return "".join(map(str.capitalize, name.split("_")))


def _missing(*tools: str) -> str:
    absent = [tool for tool in tools if shutil.which(tool) is None]
    return f"{', '.join(absent)} not found" if absent else ""


LANGUAGES = (
    Language("python", "", _build_nothing, lambda _, name: [sys.executable, str(SAMPLES / "python" / f"{name}.py")]),
    Language(
        "javascript",
        _missing("node") or ("" if _node_modules() else "OFFBOARDING_NODE_MODULES with @azure/service-bus is not set"),
        _build_javascript,
        lambda folder, name: ["node", str(folder / f"{name}.mjs")],
    ),
    Language(
        "java",
        "" if javac_version() >= 17 else "javac 17 or newer not found",
        _build_java,
        lambda folder, name: ["java", "-Xshare:auto", "-cp", str(folder), _class(name)],
    ),
    Language(
        "csharp",
        _missing("mcs", "mono"),
        _build_csharp,
        lambda folder, name: ["mono", str(folder / f"{_class(name)}.exe")],
    ),
    Language(
        "powershell",
        _missing("pwsh"),
        _build_nothing,
        lambda _, name: [*POWERSHELL, str(SAMPLES / "powershell" / f"{name}.ps1")],
    ),
)


def parameters(*names: str) -> list[object]:
    """Of these languages; without names, of all."""
    return [language.parameter() for language in LANGUAGES if not names or language.name in names]
