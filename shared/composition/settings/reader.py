"""Reader: one environment, read name by name, with every problem remembered instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from shared.adapters.http.transport import checked_base_url, shown_address
from shared.composition.settings.table import SETTINGS
from shared.domain.errors import SettingsError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
N = TypeVar("N", int, float)
_WORD = re.compile(r"(?=.{1,20}$)([A-Za-z]+([ ._-][A-Za-z]+)*|[+-]?\d+(\.\d+)?)")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reader:
    """Typed reads of settings. A value that cannot be used becomes a problem and the default is handed out instead.

    `problems` collects one sentence for each, naming setting, rule and, if it is a word or a number, the value: a
    secret may have been put into the wrong setting.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def optional(self, name: str, default: str = "") -> str:
        """The text without blanks around it; blank counts as absent. AssertionError: a setting without a row."""
        if name not in SETTINGS:
            raise AssertionError(f"{name} is not in the table of settings: nobody could know of it")
        return self._env.get(name, "").strip() or default

    def variant(self, name: str, ending: str) -> tuple[str, str]:
        """A setting of which there may be several, told apart by their ending: its full name, and its text."""
        self.optional(name)
        full = f"{name}_{ending.upper().replace('-', '_')}" if ending else name
        return full, self._env.get(full, "").strip()

    def required(self, name: str) -> str:
        """The text; absent is a problem."""
        value = self.optional(name)
        if not value:
            self.problems.append(f"{name} is required")
        return value

    def guid(self, name: str) -> str:
        """A required GUID, in lower case."""
        value = self.required(name).lower()
        if value and not GUID.fullmatch(value):
            self.problems.append(f"{name} must be a GUID (got {shown(value)})")
        return value

    def guids(self, name: str) -> frozenset[str]:
        """GUIDs separated by commas, in lower case."""
        values = [item.strip().lower() for item in self.optional(name).split(",") if item.strip()]
        # A protection that cannot be read must not silently protect nobody.
        self.problems += [f"{name}: {shown(item)} is not a GUID" for item in values if not GUID.fullmatch(item)]
        return frozenset(values)

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """One word of an enum, in any case."""
        words = "one of " + ", ".join(member.value for member in kind)
        return self._parsed(name, default, lambda value: kind(value.lower()), words)

    def address(self, name: str) -> str:
        """An optional https:// address, possibly with a query."""
        value = self.optional(name)
        # A token of the identity is sent there, so nothing but TLS will do.
        if value and not value.lower().startswith("https://"):
            self.problems.append(f"{name} must begin with https:// (got {shown_address(value)})")
        return value

    def base_url(self, name: str, default: str = "") -> str:
        """A base address without a trailing slash: https, or http to this machine."""
        value = self.optional(name, default)
        try:
            return checked_base_url(name, value) if value else ""
        except SettingsError as error:
            self.problems.append(str(error))
            return default

    def path(self, name: str) -> Path | None:
        """An optional path."""
        value = self.optional(name)
        return Path(value) if value else None

    def integer(self, name: str, default: int, most: int = 10**9, least: int = 2, why: str = "") -> int:
        """A whole number within bounds; `why` explains them where it is not obvious."""
        rule = f"a whole number from {least} to {most}" + (f": {why}" if why else "")
        return self._parsed(name, default, lambda value: _within(int(value), least, most), rule)

    def seconds(self, name: str, default: float) -> timedelta:
        """A time span given as a number of seconds above 0."""
        rule = "a number of seconds above 0"
        return timedelta(seconds=self._parsed(name, default, lambda value: _within(float(value), 0.001, 1e9), rule))

    def flag(self, name: str, *, default: bool) -> bool:
        """`true` or `false`."""
        words = {"true": True, "false": False}
        return self._parsed(name, default, lambda value: words[value.lower()], "true or false")

    def _parsed(self, name: str, default: T, parse: Callable[[str], T], rule: str) -> T:
        value = self.optional(name)
        if not value:
            return default
        try:
            return parse(value)
        except (ValueError, KeyError, OverflowError):
            self.problems.append(f"{name} must be {rule} (got {shown(value)})")
            return default


def shown(value: str) -> str:
    """A wrong value as it may stand in a message: words and numbers of up to 20 characters, of others the length."""
    return repr(value) if _WORD.fullmatch(value) else f"a value of {len(value)} characters"


def _within(number: N, least: N, most: N) -> N:
    if not least <= number <= most:
        raise ValueError(number)
    return number
