"""Tables as files and on stdout; a file is written whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Literal, TextIO
from uuid import uuid4

import typer

from offboard.operate.failures import UsageError
from shared.sheets.write import COMMA, SEMICOLON, Sheet, write_csv, write_workbook

Excel = Annotated[
    Literal["", "us", "de"],
    typer.Option(
        "--excel", metavar="us|de", help="CSV as Excel reads it there: de has semicolons, and commas in numbers"
    ),
]


def separator_of(excel: str, otherwise: str = COMMA) -> str:
    """What stands between cells, as was chosen, else `otherwise`."""
    return {"us": COMMA, "de": SEMICOLON}.get(excel, otherwise)


def is_workbook(output: str) -> bool:
    """Whether the name asks for .xlsx."""
    return output.casefold().endswith(".xlsx")


def csv_to(out: TextIO, sheet: Sheet, separator: str = COMMA) -> None:
    """RFC 4180 to a stream; with a byte order mark only in a file, since another program reads a stream."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", newline="")
    write_csv(out, sheet, separator)


def written(output: str, sheet: Sheet, separator: str = COMMA, *, replace: bool = False) -> None:
    """Write a file, .xlsx where its name says so, else CSV. It appears when it is whole.

    Raises UsageError where it is there already, unless it may be replaced, or cannot be written.
    """
    target = Path(output)
    if not replace:
        require_new(output)
    unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        try:
            if is_workbook(output):
                write_workbook(unfinished, sheet)
            else:
                with unfinished.open("x", encoding="utf-8-sig", newline="") as file:
                    write_csv(file, sheet, separator)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}; is it open in a spreadsheet?") from None


def require_new(output: str) -> None:
    """Raises UsageError where the file is there: nothing of somebody's work is overwritten."""
    if Path(output).exists():
        raise UsageError(f"{output} is there already; choose another name with -o, or take it away")
    if not Path(output).absolute().parent.is_dir():
        raise UsageError(f"{output} cannot be written: there is no such folder")
