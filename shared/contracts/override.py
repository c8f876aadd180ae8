"""What a person sends to say that the blocker of one holding has ended."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object
from shared.domain.decisions.blockers import Cause
from shared.domain.decisions.overrides import PersonsWord
from shared.domain.people.actor import Actor


class OverrideV1(WireModel):
    """`blockerKey` is `blockers[].holding`; with `cause` the word counts only if that is still the cause."""

    blocker_key: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    reason: Why
    cause: Literal["unknown_status", "unknown_kind", "vanished"] | None = None


def parse_override(body: bytes, by: Actor) -> PersonsWord:
    """The word of `by` in `body`; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        found = OverrideV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, OverrideV1) from None
    return PersonsWord(found.blocker_key, Cause(found.cause) if found.cause else None, by, found.reason)
