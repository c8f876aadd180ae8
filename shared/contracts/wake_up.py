"""The body of a stage message."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationError

from shared.contracts.base import WireModel
from shared.contracts.json_text import read_object
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.messages import WakeUp
from shared.domain.offboarding.states import Stage


class WakeUpMessage(WireModel):
    """`{"offboardingId": ..., "stage": ..., "attempt": ...}`: only a wake-up, the store is the truth."""

    offboarding_id: str = Field(min_length=1, max_length=64)
    stage: Literal["plan", "suspend", "cancel", "verify", "remove", "confirm", "restore"]
    attempt: int = Field(ge=0)


def parse_wake_up(body: bytes, queue: Stage) -> WakeUp:
    """The wake-up in `body`; raises InvalidRequestError when it is malformed or sits on another stage's queue."""
    try:
        message = WakeUpMessage.model_validate(read_object(body), by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InvalidRequestError(
            ReasonCode.MALFORMED_WAKE_UP, ".".join(map(str, first["loc"])) or "$", first["msg"]
        ) from None
    if message.stage != queue.value:
        raise InvalidRequestError(
            ReasonCode.WRONG_QUEUE, "stage", f"must be {queue.value} on this queue", message.stage
        )
    return WakeUp(message.offboarding_id, queue, message.attempt)
