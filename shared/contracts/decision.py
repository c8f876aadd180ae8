"""What a person sends to approve or reject a plan."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object


class DecisionV1(WireModel):
    """`planDigest` is `plan.digest` of the offboarding, as the person saw it."""

    plan_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reason: Why


def parse_decision(body: bytes) -> DecisionV1:
    """The decision in `body`; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        return DecisionV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, DecisionV1) from None
