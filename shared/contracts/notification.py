"""Messages on the queue of notifications: one event for one rule, or a digest of a rule that is due.

Only the app sends there. The digest event is what web hooks get for a burst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.events import Event
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

DIGEST = "offboarding.digest.v1"
CONTENT_TYPE = "application/x-ndjson"
"""Of the messages on the queue."""


class NotificationHead(WireModel):
    """The first line of a message. `digest`: the number of a digest; absent where an event follows. `attempt`: which
    try it is for. `hop`: how often it was put back on the queue, for another try or because it has to wait longer than
    a message may lie scheduled; `not_before` says until when."""

    rule: str = Field(min_length=1, max_length=40)
    attempt: int = Field(default=1, ge=1)
    hop: int = Field(default=0, ge=0)
    not_before: UtcTime | None = None
    digest: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, slots=True)
class Notification:
    """One message. `event` is the CloudEvent byte for byte as it came, empty for a digest."""

    head: NotificationHead
    event: bytes = b""

    def to_bytes(self) -> bytes:
        """Two lines: an event is as large as it was, instead of escaped into another JSON."""
        return self.head.to_json().encode() + b"\n" + self.event


class DigestEntry(WireModel):
    """One collected event: its id and type, and the sentence that people read."""

    id: str
    type: str
    time: UtcTime
    offboarding_id: str
    text: str


class DigestData(WireModel):
    """What one rule collected, oldest first."""

    rule: str
    entries: tuple[DigestEntry, ...]


class DigestEvent(WireModel):
    """A CloudEvents 1.0 envelope around a digest."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: Annotated[str, Field(pattern=r"^offboarding\.digest\.v1$")] = DIGEST
    time: UtcTime
    datacontenttype: Literal["application/json"] = "application/json"
    appversion: str
    data: DigestData


def parse_notification(body: bytes) -> Notification:
    """The message; raises InvalidRequestError for what this app cannot have sent."""
    first, _, event = body.partition(b"\n")
    try:
        head = NotificationHead.model_validate_json(first, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _malformed(error) from None
    if bool(event) == (head.digest is not None):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "digest", "an event or the number of a digest, not both")
    return Notification(head, event)


def parse_event(body: bytes | str) -> Event:
    """An event of the topic; raises InvalidRequestError for anything else.

    Unknown fields are left out, not refused: an event of a newer version may still wait on the topic.
    """
    try:
        return Event.model_validate_json(body, extra="ignore", by_alias=True, by_name=False)
    except ValidationError as error:
        raise _malformed(error) from None


def _malformed(error: ValidationError) -> InvalidRequestError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return InvalidRequestError(ReasonCode.WRONG_VALUE, ".".join(map(str, first["loc"])) or "$", first["msg"])
