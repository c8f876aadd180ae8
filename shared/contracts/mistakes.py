"""Every mistake in what was sent, as HTTP answers, events and copies list them."""

from __future__ import annotations

import json

from pydantic import Field

from shared.contracts.base import WireModel
from shared.domain.errors import InvalidRequestError, RequestIdReusedError

LONGEST_TEXT = 24 * 1024
"""Bytes of the list in one property of a message; Service Bus takes 32 KB (learn.microsoft.com, Service Bus quotas)."""


class FieldProblem(WireModel):
    """One field that is wrong."""

    field: str = Field(description="Path of the field, or byte N where reading stopped, or $ for the whole body.")
    rule: str = Field(description="The rule that it breaks, for people.")


def other_mistakes(error: InvalidRequestError) -> tuple[FieldProblem, ...]:
    """All mistakes but the first, which the error itself is about."""
    return tuple(FieldProblem(field=field, rule=rule) for field, rule in error.others)


def all_mistakes(error: InvalidRequestError | RequestIdReusedError) -> tuple[FieldProblem, ...]:
    """Each mistake, the first one too."""
    if isinstance(error, RequestIdReusedError):
        return (FieldProblem(field="requestId", rule=str(error)),)
    return (FieldProblem(field=error.field, rule=error.rule), *other_mistakes(error))


def as_property(mistakes: tuple[FieldProblem, ...]) -> str:
    """A JSON list of them for a property of a message: the first ones, as far as a property holds them."""
    said = [mistake.model_dump(by_alias=True) for mistake in mistakes]
    while len(text := json.dumps(said)) > LONGEST_TEXT:
        said.pop()
    return text
