"""What the check finds: one sentence for each mistake, with its place and the rule that it breaks."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.bicep_check.language.nodes import Place


class Rule(StrEnum):
    """The families of mistakes. Every finding fails the check, so there are no levels."""

    SYNTAX = "syntax"
    NAME = "name"
    UNUSED = "unused"
    FUNCTION = "function"
    TYPE = "type"
    PROPERTY = "property"
    RESOURCE = "resource"
    MODULE = "module"
    SECRET = "secret"
    PORTABLE = "portable"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake. `line` and `column` count from 1; both are 0 where a whole file is meant."""

    path: Path
    line: int
    column: int
    rule: Rule
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else str(self.path)
        return f"{place}: {self.rule.value}: {self.message}"


class Findings:
    """Collects findings; the same one may be reported any number of times: values are looked at more than once."""

    def __init__(self) -> None:
        self._found: set[Finding] = set()

    def add(self, path: Path, place: Place, rule: Rule, message: str) -> None:
        """Record a mistake at a place in a file."""
        self._found.add(Finding(path, place.line or 0, place.column or 0, rule, message))

    def add_file(self, path: Path, rule: Rule, message: str) -> None:
        """Record a mistake that has no place inside its file."""
        self._found.add(Finding(path, 0, 0, rule, message))

    def sorted(self) -> list[Finding]:
        """By file and place."""
        return sorted(self._found)
