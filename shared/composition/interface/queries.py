"""The parameters of queries: of the list, and of the evidence. Azure's host leaves out what is empty."""

from __future__ import annotations

from shared.composition.interface.route import Query
from shared.contracts.request import GUID
from shared.domain.offboarding.states import Status
from shared.operations.show import LARGEST_PAGE
from shared.report.languages import Language
from shared.report.report import Audience

LIST_QUERY: tuple[Query, ...] = (
    Query(
        "status",
        "Only these, separated by commas.",
        {"type": "array", "items": {"type": "string", "enum": [status.value for status in Status]}},
    ),
    Query("customerTenantId", "Only those of this customer.", {"type": "string", "pattern": f"{GUID}|^$"}),
    Query("limit", "How many on a page; 50 without it.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}),
    Query("after", "Where the page begins: as `next` of the page before has it.", {"type": "integer", "minimum": 1}),
)
REPORT_QUERY = (
    Query("for", "Who reads it; `auditor` without it.", {"type": "string", "enum": [one.value for one in Audience]}),
    Query(
        "language",
        "Of the letter to the customer; `en` without it, and for the auditor always.",
        {"type": "string", "enum": [one.value for one in Language]},
    ),
)
MONTH_QUERY = (
    Query("month", "Such as 2026-11.", {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$"}, required=True),
)
PART_QUERY = (Query("part", "`texts`: the personal texts beside the evidence.", {"type": "string", "enum": ["texts"]}),)
