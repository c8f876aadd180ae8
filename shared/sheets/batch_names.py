"""The batch of a table of customers: its dry runs are followed as one, and what is sent of them as another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.contracts.field_rules import PATTERNS
from shared.contracts.request import REQUEST_ID
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.sheets.customers import LONGEST_ID


def batch_of(requests: Iterable[Mapping[str, Any]], given: str = "") -> str:
    """The name that was given, or one that follows from the rows: the same table, in any order, is the same batch.

    Raises InvalidRequestError for a name that is none.
    """
    if given:
        return _checked(given)
    ids = sorted(str(request["requestId"]) for request in requests)
    return f"table-{hashlib.sha256(json.dumps(ids).encode()).hexdigest()[:16]}"


def _checked(name: str) -> str:
    if not re.fullmatch(REQUEST_ID.removesuffix("$"), name):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "batch", PATTERNS["batchId"], name)
    if len(name) > LONGEST_ID:
        # The batch of the dry runs has a longer name.
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "batch", f"must have at most {LONGEST_ID} characters", name)
    return name
