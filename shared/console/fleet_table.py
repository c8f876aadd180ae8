"""The list of offboardings as .xlsx or CSV (UTF-8 with a byte order mark): nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import parse_qsl

from shared.contracts.list_views import ListedView
from shared.operations.show import show_page
from shared.pipeline.core.services import Services
from shared.sheets.holdings import holdings_sheet
from shared.sheets.offboardings import sheet_of
from shared.sheets.write import Sheet, write_csv, write_workbook

MOST = 10_000
HOLDINGS = "holdings"
"""A row for each holding, with a product for each of it."""
NO_FILTERS = ("after", "limit", "done")


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
    found = islice(_found(query, services), MOST)
    items = (item.model_dump(mode="json", by_alias=True, exclude_none=True) for item in found)
    return holdings_sheet(items) if query.get(HOLDINGS) == "true" else sheet_of(items)


def _found(query: Mapping[str, str], services: Services) -> Iterable[ListedView]:
    wanted = {name: value for name, value in query.items() if value and name not in NO_FILTERS}
    after: str | None = None
    while True:
        page = show_page({**wanted, "limit": "200", **({"after": after} if after else {})}, "", services)
        yield from page.items
        after = dict(parse_qsl(page.next.removeprefix("?"))).get("after") if page.next else None
        if after is None:
            return
