"""What is stored beside a transition: timeline entries, and the messages and events that it owes (the outbox)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.offboarding.states import Stage
from shared.domain.people.actor import Actor


class Who(StrEnum):
    """Which part wrote a timeline entry."""

    REQUEST = "request"
    PIPELINE = "pipeline"
    SWEEPER = "sweeper"
    WATCHER = "watcher"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline: who, when (business time), what, on which holding, and the answer. `by`: the person or
    program that caused it; absent where the pipeline acted by itself, and in what was stored before it was kept."""

    seq: int
    at: datetime
    actor: Who
    stage: Stage | None
    what: str
    detail: str = ""
    holding: str | None = None
    status: int | None = None
    request_id: str | None = None
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class WakeUp:
    """The body of a stage message: only a wake-up, the store is the truth."""

    offboarding_id: str
    stage: Stage
    attempt: int


TRACEPARENT = "traceparent"
"""The property that carries the trace of a message, as W3C and the clients of Service Bus name it."""


class Destination(StrEnum):
    """Where an outbox message goes, by role; the adapter knows the entity names. EVIDENCE is sent nowhere: it owes the
    export of the finished evidence. NOTIFICATIONS is no outbox's: the app tells people from what the topic brought."""

    STAGE = "stage"
    REJECTED = "rejected"
    EVENTS = "events"
    REQUESTS = "requests"
    EVIDENCE = "evidence"
    NOTIFICATIONS = "notifications"


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
