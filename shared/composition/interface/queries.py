"""The parameters of queries: of the list, and of the evidence. Azure's host leaves out what is empty."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from shared.composition.interface.route import Query
from shared.contracts.request import GUID, REQUEST_ID
from shared.domain.offboarding.states import Status
from shared.operations.list_query import LARGEST_PAGE, LARGEST_WITH_HOLDINGS, LONGEST_TEXT, PAGING
from shared.ports.listing import Order
from shared.report.languages import Language
from shared.report.report import Audience, Format

_MOMENT = {"anyOf": [{"type": "string", "format": "date-time"}, {"const": ""}]}
_TEXT = {"type": "string", "maxLength": LONGEST_TEXT}


def _one_of(kind: type[StrEnum]) -> dict[str, Any]:
    return {"type": "string", "enum": [*(one.value for one in kind), ""]}


LIST_QUERY: tuple[Query, ...] = (
    Query(
        "status",
        "Only these, separated by commas.",
        {"type": "array", "items": {"type": "string", "enum": [status.value for status in Status]}},
    ),
    Query(
        "requestId",
        "The one of this request; with it there is one page.",
        {"type": "string", "pattern": f"{REQUEST_ID}|^$"},
    ),
    Query(
        "batchId",
        "Only those of this batch: what requests said in `batchId`, or were sent in.",
        {"type": "string", "pattern": f"{REQUEST_ID}|^$"},
    ),
    Query("customerTenantId", "Only those of this customer.", {"type": "string", "pattern": f"{GUID}|^$"}),
    Query("requestedBy", "Only those that were requested by this, in any case of letters.", _TEXT),
    Query(
        "text", "Only those with this in the customer's name, domains, ids or reason, in any case of letters.", _TEXT
    ),
    Query(
        "product",
        "Only those that have, or ever had, a holding of it: any part of a product's name, in any case of letters, or "
        "the whole of an SKU (or its first parts), of a subscription id or an order id. Each item has these "
        "`holdings`.",
        _TEXT | {"pattern": r"\S|^$"},
    ),
    Query(
        "needsMe",
        "With `true`, only those that need a person now: a plan to approve or reject, a decision, or a window that "
        "closes within seven days. Each item has `needs`. It is the same for whoever asks.",
        {"type": "string", "enum": ["true", "false", ""]},
    ),
    Query(
        "holdings",
        "With `true`, each item has its `holdings`, with `product` those that are of it; a page has at most "
        f"{LARGEST_WITH_HOLDINGS}.",
        {"type": "string", "enum": ["true", "false", ""]},
    ),
    Query(
        "dryRun",
        "With `false`, no dry runs; with `true`, only these.",
        {"type": "string", "enum": ["true", "false", ""]},
    ),
    Query("updatedSince", "Only those that changed then or later (UTC).", _MOMENT),
    Query("dueBefore", "Only those that go on, or whose first window closes, earlier (UTC).", _MOMENT),
    Query(
        "sort",
        "With a minus, backwards; `-created` without it.",
        _one_of(Order),
    ),
    Query("limit", "How many on a page; 50 without it.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}),
    Query(
        "after", "Where the page begins: as `next` of the page before has it, in the same order.", {"type": "string"}
    ),
)
FILTER_QUERY = tuple(one for one in LIST_QUERY if one.name not in PAGING)
REPORT_QUERY = (
    Query("for", "Who reads it; `auditor` without it.", _one_of(Audience)),
    Query(
        "language",
        "Of the letter to the customer; `en` without it, and for the auditor always.",
        _one_of(Language),
    ),
)
MONTH_QUERY = (
    Query("month", "Such as 2026-11.", {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$"}, required=True),
    Query("format", "As what, for a link; without it the header `Accept` says it.", _one_of(Format)),
)
PART_QUERY = (
    Query("part", "`texts`: the personal texts beside the evidence.", {"type": "string", "enum": ["texts", ""]}),
)
