"""The page's tables: what is given is read, what follows is written again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tools.cost.formula import FormulaError, value_of

VOLUMES = (0, 10, 100, 1000)
GIVEN = ("Numbers", "Prices")
"""Headings of tables with `name` and value."""
QUANTITIES = "Quantities"
COSTS = ("Each month", "Choices, added to that")
"""Headings of tables with a name, a `formula`, and a result for each volume."""
SUM = "together"


@dataclass(frozen=True, slots=True)
class Results:
    """What a row says for each volume."""

    formula: str
    values: tuple[float, ...]


def recomputed(text: str) -> str:
    """The page with its results as the formulas give them; raises FormulaError."""
    names = {name: value for heading in GIVEN for name, value in given(text, heading).items()}
    by_volume = [{**names, "N": float(volume)} for volume in VOLUMES]
    text = _rewritten(text, QUANTITIES, by_volume, quantities=True)
    for heading in COSTS:
        text = _rewritten(text, heading, by_volume, quantities=False)
    return text


def given(text: str, heading: str) -> dict[str, float]:
    """The names of this table with their values."""
    found = {}
    for cells in rows(text, heading):
        try:
            found[cells[0].strip("`")] = float(cells[1].replace(" ", ""))
        except (ValueError, IndexError):
            raise FormulaError(f"{heading}: {cells} has no number") from None
    return found


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below this heading, without its head."""
    return [_cells(line) for line in _lines(text, heading)]


def _lines(text: str, heading: str) -> list[str]:
    _, found, rest = text.partition(f"\n## {heading}\n")
    lines = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("|")]
    if not found or len(lines) < 3:
        raise FormulaError(f"there is no table below {heading!r}")
    return lines[2:]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _rewritten(text: str, heading: str, by_volume: list[dict[str, float]], *, quantities: bool) -> str:
    """The table with its results; quantities are names for what comes after them."""
    total = [0.0] * len(by_volume)
    for line in _lines(text, heading):
        name, formula = _cells(line)[:2]
        if name == SUM:
            values = total
        else:
            values = [value_of(formula.strip("`"), names) for names in by_volume]
            total = [before + value for before, value in zip(total, values, strict=True)]
        if quantities:
            _learn(name.strip("`"), by_volume, values)
        shown = [_shown(value, whole=quantities) for value in values]
        text = text.replace(f"{line}\n", f"| {' | '.join([name, formula, *shown])} |\n", 1)
    return text


def _learn(name: str, by_volume: list[dict[str, float]], values: list[float]) -> None:
    for names, value in zip(by_volume, values, strict=True):
        names[name] = value


def _shown(value: float, *, whole: bool) -> str:
    if not whole:
        return f"{value:.2f}"
    return f"{value:,.0f}".replace(",", " ") if value >= 100 or value == round(value) else f"{value:.2f}"


def differences(before: str, after: str) -> list[str]:
    """The rows that are another, as they should be."""
    known = set(before.splitlines())
    return [line for line in after.splitlines() if line not in known]


def numbers(text: str, heading: str) -> Mapping[str, Results]:
    """The results of a table by the names of its rows, for whoever looks at them."""
    return {
        re.sub(r"[`*]", "", cells[0]): Results(cells[1], tuple(float(cell.replace(" ", "")) for cell in cells[2:]))
        for cells in rows(text, heading)
    }
