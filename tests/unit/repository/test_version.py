"""The version stands in one place, and everything else reads it there."""

from __future__ import annotations

import importlib
import re
import tomllib
from typing import Any

from shared.version import VERSION
from tests.unit.repository.locks import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_is_a_semantic_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9a-z.]+)?", VERSION)


def test_the_package_reads_it() -> None:
    module, _, name = PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"].rpartition(".")
    assert getattr(importlib.import_module(module), name) == VERSION
    assert "version" in PROJECT["project"]["dynamic"]
    assert "version" not in PROJECT["project"]


def test_the_package_needs_what_is_pinned() -> None:
    assert PROJECT["tool"]["setuptools"]["dynamic"]["dependencies"] == {
        "file": ["requirements.in", "requirements-command.in"]
    }


def test_the_changelog_begins_with_it() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == VERSION


def test_the_package_brings_the_operators_command() -> None:
    assert PROJECT["project"]["scripts"] == {"offboard": "offboard.__main__:main"}
    module, _, name = PROJECT["project"]["scripts"]["offboard"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
