"""The ids of plans: a dry run has another id than the request that carries it out, and one leads to the other.

The same of their batches.
"""

from __future__ import annotations

import re
from datetime import datetime

_PLAN = re.compile(r"plan\.\d{8}\.(?P<id>.+)", re.DOTALL)


def plan_id(request_id: str, at: datetime) -> str:
    """The id of the dry run of a request: the same within a day (UTC), so that sending it twice plans once; on another
    day it is planned anew."""
    return f"plan.{at:%Y%m%d}.{request_id}"


def real_id(request_id: str) -> str:
    """The id of the request that carries out the dry run `request_id`; that of any other is made of it."""
    found = _PLAN.fullmatch(request_id)
    return found["id"] if found else f"{request_id[:124]}.go"


def real_batch(batch_id: str) -> str:
    """The batch of the requests that carry out the dry runs of `batch_id`; any other stays what it is."""
    found = _PLAN.fullmatch(batch_id)
    return found["id"] if found else batch_id
