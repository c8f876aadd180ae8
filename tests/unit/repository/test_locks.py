"""requirements*.txt are what requirements*.in say, complete, and every file is known by its hash."""

from __future__ import annotations

import re

import pytest

from tests.unit.repository.locks import PYTHONS, ROOT, lines, pinned

SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_stands_in_the_lock(lock: str, python: str) -> None:
    wanted = pinned(lock.replace(".txt", ".in"), python)
    held = pinned(lock, python)
    assert wanted
    assert {name: str(line.requirement.specifier) for name, line in wanted.items()} == {
        name: str(held[name].requirement.specifier) if name in held else "missing; run `python3 dev.py lock`"
        for name in wanted
    }


@pytest.mark.parametrize("name", [*LOCKS, "requirements.in", "requirements-dev.in"])
def test_everything_is_pinned(name: str) -> None:
    """One version, and no option: an index, a file or an address would stand there for everybody."""
    for line in lines(name):
        assert re.fullmatch(r"==[^*,]+", str(line.requirement.specifier)), line.text
        assert line.requirement.url is None, line.text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_has_hashes(lock: str) -> None:
    for line in lines(lock):
        assert line.hashes, line.text
        assert all(SHA256.fullmatch(item) for item in line.hashes), line.text


@pytest.mark.parametrize("python", PYTHONS)
def test_development_runs_what_is_deployed(python: str) -> None:
    deployed, development = pinned("requirements.txt", python), pinned("requirements-dev.txt", python)
    assert {name: (line.requirement.specifier, line.hashes) for name, line in deployed.items()} == {
        name: (line.requirement.specifier, line.hashes) for name, line in development.items() if name in deployed
    }


def test_development_starts_from_what_is_deployed() -> None:
    assert "-r requirements.in\n" in (ROOT / "requirements-dev.in").read_text(encoding="utf-8")
