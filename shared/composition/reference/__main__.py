"""Writes what is kept in the checkout although it follows from the source: schemas/ and docs/reference.md."""

from __future__ import annotations

import sys

from shared.composition.interface.asyncapi import asyncapi
from shared.composition.interface.openapi import openapi
from shared.composition.reference.page import PAGE, as_text
from shared.contracts import schemas


def main() -> int:
    """Write everything."""
    schemas.main()
    for name, document in (("openapi.json", openapi()), ("asyncapi.json", asyncapi())):
        (schemas.FOLDER / name).write_text(schemas.as_text(document), encoding="utf-8")
        sys.stderr.write(f"wrote schemas/{name}\n")
    PAGE.write_text(as_text(), encoding="utf-8")
    sys.stderr.write(f"wrote docs/{PAGE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
