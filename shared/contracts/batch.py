"""Several requests in one call: what is sent, what is answered, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, JsonValue, ValidationError

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.events import CustomerData, ReasonData
from shared.contracts.field_rules import named_mistakes
from shared.contracts.json_text import read_object
from shared.contracts.problems import Problem
from shared.contracts.request import BatchId

AT_MOST = 200
LARGEST_BODY = 1024 * 1024
"""Bytes; each request alone may have what it may have when it is sent alone."""


class BatchResult(StrEnum):
    """`accepted`: it is in this batch. `already_there`: it was taken in before, alone or in another batch, where it
    stays. `refused`: its problem says why."""

    ACCEPTED = "accepted"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"


class WaitsFor(StrEnum):
    """Who has to act, of what has not ended. `nobody`: it goes on by itself."""

    APPROVER = "approver"
    OPERATOR = "operator"
    NOBODY = "nobody"


class BatchV1(WireModel):
    """`{"batchId": "...", "requests": [request, ...]}`; without `batchId` it follows from the requests. A request
    that names no batch of its own is in this one."""

    batch_id: BatchId | None = None
    requests: Annotated[tuple[JsonValue, ...], Field(min_length=1, max_length=AT_MOST)]

    @property
    def digest(self) -> str:
        """Tells one content from another: SHA-256 (hex) of the requests, in whatever order their fields stand."""
        return hashlib.sha256(json.dumps(self.requests, sort_keys=True).encode()).hexdigest()

    @property
    def id(self) -> str:
        """Without a name of its own, the same content is the same batch."""
        return self.batch_id or f"content-{self.digest[:40]}"


class BatchRow(WireModel):
    """What became of one request: an offboarding, a problem, or both where it lives under other options."""

    position: int
    request_id: str | None = None
    offboarding_id: str | None = None
    result: Annotated[BatchResult | None, Field(description="Absent where it is not known yet.")] = None
    problem: Problem | None = None


class BatchAnswer(WireModel):
    """One answer for each request, in their order."""

    batch_id: str
    accepted: Annotated[int, Field(description="How many were not refused, those that were there before too.")]
    already_there: Annotated[int, Field(description="How many of those were taken in before, outside of this batch.")]
    items: tuple[BatchRow, ...]


class KeptBatch(WireModel):
    """What is remembered of a batch: no value that was sent but its ids, so that nothing personal is kept."""

    batch_id: str
    digest: str
    received_at: UtcTime
    complete: bool
    items: tuple[BatchRow, ...]

    @classmethod
    def of(cls, text: str) -> KeptBatch:
        """What was kept, from its JSON."""
        return cls.model_validate_json(text, by_alias=True, by_name=False)


class BatchItemView(BatchRow):
    """One request of a batch, and where its offboarding stands. `status` None: it became none."""

    customer: CustomerData | None = None
    status: str | None = None
    updated_at: UtcTime | None = None
    reason: ReasonData | None = None


class BatchView(WireModel):
    """What was sent in one call under this id, in its order, and then what else is in the batch, the oldest first."""

    batch_id: str
    received_at: Annotated[UtcTime, Field(description="When the call came, or else the first of its requests.")]
    complete: Annotated[bool, Field(description="False: the call was interrupted, and has to be sent again.")]
    counts: Annotated[
        dict[str, int], Field(description="How many have which status; `not_accepted`: became no offboarding.")
    ]
    waiting_for: Annotated[
        dict[WaitsFor, int], Field(description="How many of those that have not ended wait for whom.")
    ]
    first_removal_expected_at: Annotated[
        UtcTime | None, Field(description="The earliest day that a plan tells, of what has not ended and of dry runs.")
    ] = None
    last_removal_expected_at: Annotated[UtcTime | None, Field(description="The latest of those days.")] = None
    removal_unknown: Annotated[int, Field(description="How many of them have a plan that tells none.")] = 0
    offboardings: Annotated[str, Field(description="Path of the list of all that are in it.")]
    more: Annotated[bool, Field(description="There are more than are shown here; the list has all.")] = False
    items: tuple[BatchItemView, ...]


def row_name(batch_id: str) -> str:
    """The shared row of a batch: their names are letters, digits and hyphens, and the id of a batch may have more."""
    return f"batch-{hashlib.sha256(batch_id.encode()).hexdigest()[:40]}"


def parse_batch(body: bytes) -> BatchV1:
    """The batch in `body`; raises InvalidRequestError naming field, value and rule. Its requests are not looked at."""
    value: dict[str, Any] = read_object(body, LARGEST_BODY)
    try:
        return BatchV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, BatchV1) from None
