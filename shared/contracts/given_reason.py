"""The reason that a person gives for a word: `{"reason": "..."}`, and of a resume what it is for."""

from __future__ import annotations

import json
from typing import Annotated, TypeVar

from pydantic import StringConstraints, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.json_text import read_object
from shared.domain.codes import ReasonCode

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class GivenReason(WireModel):
    """1 to 1 000 characters, for whoever reads the timeline later."""

    reason: Why


class ResumeReason(GivenReason):
    """With `reasonCode` it is resumed only while it asks for this: what was read may have grown old."""

    reason_code: ReasonCode | None = None


Given = TypeVar("Given", bound=GivenReason)


def parse_reason(body: bytes) -> GivenReason:
    """The reason in `body`; raises InvalidRequestError naming field, value and rule."""
    return _parsed(body, GivenReason)


def parse_resume(body: bytes) -> ResumeReason:
    """The reason of a resume in `body`; raises InvalidRequestError naming field, value and rule."""
    return _parsed(body, ResumeReason)


def _parsed(body: bytes, model: type[Given]) -> Given:
    value = read_object(body)
    try:
        return model.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, model) from None
