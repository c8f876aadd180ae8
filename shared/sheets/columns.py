"""The columns of a table of customers: which field of a request each is, and which fields no row can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shared.contracts.request import RequestV1
from shared.domain.policy import Restriction

COLUMNS: tuple[str, ...] = (
    "customerDomain",
    "customerTenantId",
    "customerCompanyName",
    "reason",
    "requestId",
    "requestedBy",
    "notBefore",
    "commitments",
    "renewals",
    "suspendedLicences",
    "restrictions",
    "reduceSeats",
    "graceSeconds",
    "resellerMpnId",
    "approvalReference",
    "correlationId",
)
"""Those of the template, in this order. A table may have others, which are left alone, and none that is not needed."""
_ALONE = "a row cannot say it; delete the column"
_NOT_FOR_ROWS: Mapping[str, str] = MappingProxyType(
    {
        "dryRun": "every row is planned as a dry run first; delete the column",
        "batchId": "a table is one batch: delete the column, and give its name with --batch, or in the form",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        **{name.lower(): name for name in COLUMNS},
        "domain": "customerDomain",
        "primarydomain": "customerDomain",
        "tenantid": "customerTenantId",
        "customerid": "customerTenantId",
        "microsoftid": "customerTenantId",
        "mandantenid": "customerTenantId",
        "companyname": "customerCompanyName",
        "grund": "reason",
        "restriction": "restrictions",
    }
)
"""Other words for the columns, as Partner Center's export and people call them."""


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _refused() -> Mapping[str, str]:
    fields = (field.alias or name for name, field in RequestV1.model_fields.items())
    words = {_plain(word): f"write {word} into column restrictions; delete this one" for word in Restriction}
    others = {_plain(name): _NOT_FOR_ROWS.get(name, _ALONE) for name in fields if name not in COLUMNS}
    return MappingProxyType({**words, **others, "batch": _NOT_FOR_ROWS["batchId"]})


REFUSED = _refused()
"""What would be dropped in silence: a field of a request that a row cannot have, and a restriction that is a column."""


def fields_of(columns: Iterable[str]) -> list[str]:
    """The field that each column is; empty for one that nothing is made of."""
    return [NAMES.get(_plain(name), "") for name in columns]


def rules_against(columns: Iterable[str]) -> Mapping[str, str]:
    """The columns that a table cannot have, as it calls them, and what to do about each."""
    return {name: REFUSED[_plain(name)] for name in columns if _plain(name) in REFUSED}
