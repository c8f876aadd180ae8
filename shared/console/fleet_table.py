"""The list of offboardings as .xlsx or CSV (UTF-8 with a byte order mark): nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import islice

from shared.contracts.summary import summary_view
from shared.domain.offboarding.record import Offboarding
from shared.operations.show import list_page
from shared.pipeline.core.services import Services
from shared.sheets.offboardings import sheet_of
from shared.sheets.write import Sheet, write_csv, write_workbook

MOST = 10_000


def fleet_csv(query: Mapping[str, str], services: Services) -> bytes:
    """Everything that the query finds, at most 10 000 lines, newest first. Raises InvalidRequestError."""
    text = io.StringIO(newline="")
    write_csv(text, _sheet(query, services))
    return text.getvalue().encode("utf-8-sig")


def fleet_workbook(query: Mapping[str, str], services: Services) -> bytes:
    """The same as .xlsx, with dates that can be sorted (UTC). Raises InvalidRequestError."""
    out = io.BytesIO()
    write_workbook(out, _sheet(query, services))
    return out.getvalue()


def _sheet(query: Mapping[str, str], services: Services) -> Sheet:
    heads = islice(_found(query, services), MOST)
    return sheet_of(summary_view(head).model_dump(mode="json", by_alias=True) for head in heads)


def _found(query: Mapping[str, str], services: Services) -> Iterable[Offboarding]:
    wanted = {name: value for name, value in query.items() if value and name not in ("after", "limit", "done")}
    after: str | None = None
    while True:
        page = list_page({**wanted, "limit": "200", **({"after": after} if after else {})}, services)
        yield from page.items
        after = page.next
        if after is None:
            return
