"""Cells of a table as a spreadsheet takes them: nothing in it is ever a formula."""

from __future__ import annotations

from shared.domain.wording import plain

BEGINS_A_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet calculates instead of showing, in full width too. One in front of which space stands counts."""
SPACE = " \N{NO-BREAK SPACE}\N{REPLACEMENT CHARACTER}"


def harmless(cell: str) -> str:
    """The cell as text: an apostrophe stands before what would be calculated."""
    shown = plain(cell)
    return f"'{shown}" if _calculated(shown) else shown


def as_typed(cell: str) -> str:
    """What `harmless` was given: its apostrophe is taken off again, and no other."""
    return cell[1:] if cell.startswith("'") and _calculated(cell[1:]) else cell


def _calculated(cell: str) -> bool:
    return cell.lstrip(SPACE).startswith(BEGINS_A_FORMULA)
