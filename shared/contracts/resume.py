"""Several offboardings resumed by one call: the list that is sent, and what became of each."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object
from shared.contracts.problems import Problem
from shared.domain.codes import ReasonCode

AT_MOST = 100
OffboardingId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ResumeList(WireModel):
    """`{"offboardingIds": [...], "reason": "...", "reasonCode": "went_live"}`.

    With `reasonCode` only those are resumed that ask for this reason now: a list may have grown old. Without it, those
    that would let a term renew (`renews_before_start`) are left as they are: that has to be named.
    """

    offboarding_ids: Annotated[tuple[OffboardingId, ...], Field(min_length=1, max_length=AT_MOST)]
    reason: Why
    reason_code: ReasonCode | None = None


class ResumedOne(WireModel):
    """One of the list: its status afterwards, or why it was left as it is."""

    offboarding_id: str
    resumed: bool
    status: str | None = None
    problem: Problem | None = None


class ResumedList(WireModel):
    """The answer, in the order of the list."""

    items: tuple[ResumedOne, ...]


def parse_resume_list(body: bytes) -> ResumeList:
    """The list in `body`; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        return ResumeList.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, ResumeList) from None
