"""Deterministic identifiers: what happens twice carries the same id twice, so that receivers can tell.

All are name-based UUIDs (version 5) in one namespace of this application.
"""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid5

UNREADABLE = "unreadable:"
"""Before the id of the rejection, in place of a request id that could not be read."""
NAMESPACE = UUID("5d1cf1a5-2c41-5a80-9a4d-5d1f0ff0b0ad")
LOCAL_SOURCE = "/offboarding-pipeline"
"""The source of events where nothing names the deployment."""


def offboarding_id(request_id: str) -> str:
    """The offboarding of a request id: known before anything is stored."""
    return str(uuid5(NAMESPACE, f"offboarding/{request_id}"))


def rejection_id(message_id: str, body: bytes) -> str:
    """The record of a message that could not be read; the same message delivered twice is one rejection."""
    return str(uuid5(NAMESPACE, f"rejection/{message_id}/{hashlib.sha256(body).hexdigest()}"))


def ms_request_id(offboarding: str, target: str, action: str, n: int) -> str:
    """MS-RequestId of one intent: `n` is kept after no answer and raised after any answer."""
    return str(uuid5(NAMESPACE, f"call/{offboarding}/{target}/{action}/{n}"))


def event_id(offboarding: str, name: str) -> str:
    """CloudEvents id; `name` is "outcome" for the one outcome event (I5), else the timeline position."""
    return str(uuid5(NAMESPACE, f"event/{offboarding}/{name}"))


def wake_up_id(offboarding: str, stage: str, attempt: int) -> str:
    """Message id of a wake-up, for the queue's duplicate detection."""
    return f"{offboarding}:{stage}:{attempt}"


def trace_id(offboarding: str) -> str:
    """W3C trace id of an offboarding (32 hexadecimal digits): its id, which who searches has, without hyphens."""
    try:
        found = UUID(offboarding)
    except ValueError:
        found = UUID(int=0)
    # What stands in a message that somebody put on a queue by hand may be anything; W3C forbids zeros alone.
    return (found if found.int else uuid5(NAMESPACE, f"trace/{offboarding}")).hex


def root_span_id(offboarding: str) -> str:
    """Id of the span at the root of that trace (16 hexadecimal digits)."""
    return uuid5(NAMESPACE, f"span/{offboarding}").hex[:16]


def traceparent(offboarding: str) -> str:
    """W3C trace context of every message about an offboarding, whoever sends it."""
    return f"00-{trace_id(offboarding)}-{root_span_id(offboarding)}-01"
