"""What a person sees in a sheet and its cells do not say.

A value of merged cells stands in the first one alone, a formula may have no result, and a filter hides rows that are
there. Read as if nothing were written there, a row would lose the date or the restriction that somebody saw in it.
"""

from __future__ import annotations

from typing import IO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils.cell import range_boundaries

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DATA, _ROW, _CELL, _FORMULA, _VALUE, _MERGED = (
    f"{_MAIN}{name}" for name in ("sheetData", "row", "c", "f", "v", "mergeCell")
)
HIDDEN = "is hidden, by a filter perhaps: show all rows, and delete those that are not wanted"


class Cells(list[str]):
    """Of one line. `unsaid`: why they do not say all that the sheet shows; "" for most."""

    unsaid = ""


def unsaid(sheet: IO[bytes], last_line: int) -> dict[int, str]:
    """The lines that say less than they show, each with what is wrong and what to do: the end of a sentence about it.
    `sheet` is the XML of a worksheet (ECMA-376, part 1, 18.3.1), whose size the caller has bounded."""
    found: dict[int, str] = {}
    spans: list[tuple[int, int, str]] = []
    line, data = 0, Element(_DATA)
    # The sheet is bounded, and so is what expat makes of entities.
    for event, part in iterparse(sheet, ("start", "end")):  # noqa: S314
        if event == "start" and part.tag == _DATA:
            data = part
        elif event == "start" and part.tag == _ROW:
            line = int(part.get("r") or line + 1)
            if part.get("hidden") in ("1", "true"):
                found[line] = HIDDEN
        elif event == "end" and part.tag == _CELL and part.find(_FORMULA) is not None and not part.findtext(_VALUE):
            cell = part.get("r", "")
            found[line] = f"has a formula without a result in cell {cell}: open the file in Excel, and save it again"
        elif event == "end" and part.tag == _ROW:
            data.clear()
        elif event == "end" and part.tag == _MERGED:
            _, first, _, last = range_boundaries(part.get("ref", ""))
            spans.append((first or 1, last or last_line, part.get("ref", "")))
    return _merged(spans, last_line) | found


def _merged(spans: list[tuple[int, int, str]], last_line: int) -> dict[int, str]:
    """Each line once, however many spans there are."""
    found: dict[int, str] = {}
    done = 0
    for first, last, name in sorted(spans):
        text = f"has merged cells ({name}), whose value stands in the first one alone: split them, and fill each"
        found |= dict.fromkeys(range(max(first, done + 1), min(last, last_line) + 1), text)
        done = max(done, last)
    return found
