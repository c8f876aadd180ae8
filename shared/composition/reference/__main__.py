"""Writes what is kept in the checkout although it follows from the source: schemas/ and docs/reference.md."""

from __future__ import annotations

import sys

from shared.composition.reference.page import PAGE, as_text
from shared.contracts import schemas


def main() -> int:
    """Write everything."""
    schemas.main()
    PAGE.write_text(as_text(), encoding="utf-8")
    sys.stderr.write(f"wrote docs/{PAGE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
