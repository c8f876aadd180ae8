"""What is stored beside a transition: timeline entries, and the messages and events that it owes (the outbox)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.offboarding import Stage


class Actor(StrEnum):
    """Who caused a timeline entry."""

    REQUEST = "request"
    PIPELINE = "pipeline"
    SWEEPER = "sweeper"
    WATCHER = "watcher"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline: who, when (business time), what, on which holding, and the answer."""

    seq: int
    at: datetime
    actor: Actor
    stage: Stage | None
    what: str
    detail: str = ""
    holding: str | None = None
    status: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class WakeUp:
    """The body of a stage message: only a wake-up, the store is the truth."""

    offboarding_id: str
    stage: Stage
    attempt: int


class Destination(StrEnum):
    """Where an outbox message goes, by role; the adapter knows the entity names."""

    STAGE = "stage"
    REJECTED = "rejected"
    EVENTS = "events"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message that a transition owes. Sent, then cleared; sent again with the same id after a crash in between."""

    id: str
    destination: Destination
    body: bytes
    created_at: datetime
    stage: Stage | None = None
    subject: str = ""
    content_type: str = "application/json"
    correlation_id: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    scheduled_at: datetime | None = None
