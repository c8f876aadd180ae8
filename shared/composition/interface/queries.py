"""The parameters of queries: of the list, and of the evidence. Azure's host leaves out what is empty."""

from __future__ import annotations

from shared.composition.interface.route import Query
from shared.contracts.request import GUID
from shared.domain.offboarding.states import Status
from shared.operations.show import LARGEST_PAGE

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
PART_QUERY = (Query("part", "`texts`: the personal texts beside the evidence.", {"type": "string", "enum": ["texts"]}),)
