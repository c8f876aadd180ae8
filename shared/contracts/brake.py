"""The kill switch over HTTP: what is sent to move it, and how it is shown."""

from __future__ import annotations

import json

from pydantic import ValidationError

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.event_data import actor_data
from shared.contracts.events import ActorData
from shared.contracts.field_rules import named_mistakes
from shared.contracts.given_reason import Why
from shared.contracts.json_text import read_object
from shared.domain.brake import Brake
from shared.domain.errors import InvalidRequestError


class BrakeV1(WireModel):
    """`held`: nothing is written to any customer."""

    held: bool
    reason: Why


class BrakeView(WireModel):
    """The kill switch, and who moved it last. `woken`: only after a release, how many offboardings it set going."""

    held: bool
    actor: ActorData | None = None
    reason: str | None = None
    since: UtcTime | None = None
    woken: int | None = None


def parse_brake(body: bytes) -> BrakeV1:
    """The move in `body`; raises InvalidRequestError naming field, value and rule."""
    value = read_object(body)
    try:
        return BrakeV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, BrakeV1) from None


def is_release(body: bytes) -> bool:
    """Whether it is asked to release it; what cannot be read asks for nothing."""
    try:
        return not parse_brake(body).held
    except InvalidRequestError:
        return False


def brake_view(brake: Brake, woken: int | None = None) -> BrakeView:
    """How it stands."""
    actor = actor_data(brake.by) if brake.by is not None else None
    return BrakeView(held=brake.held, actor=actor, reason=brake.why or None, since=brake.at, woken=woken)
