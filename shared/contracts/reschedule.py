"""What a person sends to give an offboarding another start, or other restrictions."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field, ValidationError

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object
from shared.contracts.request import RestrictionWord
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.policy import Restriction


class RescheduleV1(WireModel):
    """`notBefore` null begins at once. What is left out stays as it is."""

    reason: Why
    not_before: UtcTime | None = None
    restrictions: Annotated[tuple[RestrictionWord, ...] | None, Field(max_length=len(Restriction))] = None

    def restricted(self, request: OffboardingRequest) -> frozenset[Restriction]:
        """The restrictions that hold from now on."""
        kept = self.restrictions is None
        return frozenset(request.restrictions) if kept else frozenset(map(Restriction, self.restrictions or ()))


def parse_reschedule(body: bytes) -> RescheduleV1:
    """The new schedule in `body`; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        return RescheduleV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, RescheduleV1) from None
