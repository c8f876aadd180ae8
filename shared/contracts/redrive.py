"""What a person sends to have given-up messages dealt with again, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object
from shared.domain.offboarding.states import Stage

QueueName = Literal[
    "offboarding-requests",
    "offboarding-plan",
    "offboarding-suspend",
    "offboarding-cancel",
    "offboarding-verify",
    "offboarding-remove",
    "offboarding-confirm",
    "offboarding-restore",
]
QUEUES: Mapping[str, Stage | None] = MappingProxyType(
    {"offboarding-requests": None, **{f"offboarding-{stage.value}": stage for stage in Stage}}
)
"""The queues that this app reads, requests first: of a stage's wake-up the store knows as well."""
AT_MOST = 500


class RedriveV1(WireModel):
    """`{"reason": "...", "queue": "offboarding-verify", "max": 100}`; without `queue` all of them."""

    reason: Why
    queue: QueueName | None = None
    max: Annotated[int, Field(ge=1, le=AT_MOST)] = 100


class RedrivenQueue(WireModel):
    """Of one queue. `redriven`: set going again. `settled`: nothing was left to do for it. `left`: stays there."""

    queue: str
    redriven: int = 0
    settled: int = 0
    left: int = 0
    problem: str | None = None


class Redriven(WireModel):
    """The answer; `more`: `max` or the time was used up, or something was left, so that asking again makes sense."""

    redriven: int
    more: bool
    queues: tuple[RedrivenQueue, ...]


def parse_redrive(body: bytes) -> RedriveV1:
    """What is wanted; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        return RedriveV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, RedriveV1) from None
