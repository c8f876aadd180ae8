"""`python -m tools.cost [--write]`: are the results of docs/cost.md what its formulas give?

Exit codes: 0 yes, or written; 1 some are not; 2 a table or a formula cannot be understood.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.cost.formula import FormulaError
from tools.cost.page import differences, recomputed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cost.md"


def main(arguments: list[str] | None = None, page: Path = PAGE) -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description="Recomputes docs/cost.md.")
    parser.add_argument("--write", action="store_true", help="write the results into the page")
    write: bool = parser.parse_args(arguments).write
    before = page.read_text(encoding="utf-8")
    try:
        after = recomputed(before)
    except FormulaError as error:
        sys.stderr.write(f"cost: {error}\n")
        return 2
    if write:
        page.write_text(after, encoding="utf-8")
        return 0
    for line in differences(before, after):
        sys.stdout.write(f"should be: {line}\n")
    return 0 if before == after else 1


if __name__ == "__main__":
    sys.exit(main())
