"""Requirement files as what they mean on one Python: name to version, with the hashes that a file may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
PYTHONS = ("3.11", "3.12", "3.13")
_HASH = re.compile(r"--hash=(\S+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of a file, `-r` lines left out."""

    text: str
    requirement: Requirement
    hashes: frozenset[str]

    def holds_on(self, python: str) -> bool:
        """Whether its marker, if it has one, is true there (Linux, CPython)."""
        marker = self.requirement.marker
        environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
        return marker is None or marker.evaluate(environment)


def lines(name: str) -> tuple[Line, ...]:
    """The requirements of a file, its continued lines joined."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = (line.partition(" #")[0].strip() for line in text.splitlines())
    return tuple(_line(line) for line in found if line and not line.startswith(("#", "-r ")))


def _line(text: str) -> Line:
    return Line(text, Requirement(_HASH.sub("", text).strip()), frozenset(_HASH.findall(text)))


def pinned(name: str, python: str) -> dict[str, Line]:
    """Package to the one line that holds for it on this Python."""
    found: dict[str, Line] = {}
    for line in lines(name):
        if line.holds_on(python):
            package = canonicalize_name(line.requirement.name)
            assert package not in found, f"{name} names {package} twice for Python {python}"
            found[package] = line
    return found
