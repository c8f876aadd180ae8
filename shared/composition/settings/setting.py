"""One row of the table of settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One row, as Markdown. `default`: the value that is used when it is absent or blank, as it would be written.
    `required`: when it must be given, empty if it need not be."""

    name: str
    meaning: str
    default: str = ""
    required: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together."""

    title: str
    rows: tuple[Setting, ...]
