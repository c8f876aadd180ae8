"""Partition and row keys: where everything stands in the table.

Keys may not hold `/ \\ # ?` or control characters and are limited to 1 KiB
(learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model), so whatever is not a GUID
is hashed. Numbers are padded: rows are sorted as text.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

INDEX = "index"
"""The partition of everything that is found without knowing the customer."""
LIVE = "live"
ALL = "all:"
HELD = "held:"
SHARED = "shared:"
LAST_POSITION = 2**53 - 1
"""Positions serve as cursors; beyond this, a JSON reader may round them."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 17


def safe(name: str) -> str:
    """A name as part of a key: GUIDs as they are, everything else as its hash."""
    return name if _GUID.fullmatch(name) else f"x{digest(name)}"


def digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def partition(offboarding_id: str, customer_id: str | None) -> str:
    """The customer's partition, so that one transaction covers head and live marker; a request by domain alone does
    not know its customer when it is accepted and gets a partition of its own."""
    return safe(customer_id) if customer_id is not None else f"offboarding:{safe(offboarding_id)}"


def head(offboarding_id: str) -> str:
    return f"head:{safe(offboarding_id)}"


def holding(offboarding_id: str, key: str | None = None) -> str:
    """One holding; without `key` the beginning that all of them share."""
    return f"holding:{safe(offboarding_id)}:{'' if key is None else digest(key)}"


def note(offboarding_id: str, version: int | None = None) -> str:
    """The timeline entries of one write; without `version` the beginning that all of them share."""
    return f"note:{safe(offboarding_id)}:{'' if version is None else f'{version:010d}'}"


def evidence(offboarding_id: str, version: int | None = None) -> str:
    """The entries of the evidence of one write; without `version` the beginning that all of them share."""
    return f"evidence:{safe(offboarding_id)}:{'' if version is None else f'{version:010d}'}"


def aside(offboarding_id: str, version: int | None = None) -> str:
    """The personal texts beside them; without `version` the beginning that all of them share."""
    return f"aside:{safe(offboarding_id)}:{'' if version is None else f'{version:010d}'}"


def owed(offboarding_id: str, message_id: str | None = None) -> str:
    """One outbox message; without `message_id` the beginning that all of them share."""
    return f"out:{safe(offboarding_id)}:{'' if message_id is None else digest(message_id)}"


def place(offboarding_id: str) -> str:
    """In the index: where an offboarding is stored."""
    return f"id:{safe(offboarding_id)}"


def in_all(position: int) -> str:
    return f"{ALL}{newest_first(position)}"


def held(position: int) -> str:
    """In the index, in the order of `all:`: by which products it is found."""
    return f"{HELD}{newest_first(position)}"


def with_status(status: str, position: int | None = None) -> str:
    return f"status:{status}:{'' if position is None else newest_first(position)}"


def of_customer(customer_id: str, position: int | None = None) -> str:
    return f"customer:{safe(customer_id)}:{'' if position is None else newest_first(position)}"


def of_batch(batch_id: str, position: int | None = None) -> str:
    return f"batch:{safe(batch_id)}:{'' if position is None else newest_first(position)}"


def due(at: datetime, offboarding_id: str) -> str:
    return f"due:{_number(at)}:{safe(offboarding_id)}"


def finished(at: datetime, offboarding_id: str) -> str:
    return f"finished:{_number(at)}:{safe(offboarding_id)}"


def hold(service: str | None = None) -> str:
    """In the index: until when a service is not called; without `service` the beginning that all of them share."""
    return f"hold:{'' if service is None else digest(service)}"


def shared(name: str) -> str:
    """In the index: a small text that all processes share."""
    return f"{SHARED}{digest(name)}"


def until(beginning: str, at: datetime) -> str:
    """The first key after everything at or before `at`."""
    return f"{beginning}:{_number(at)};"


def after(beginning: str) -> str:
    """The first key after everything that begins with `beginning`, which ends in a colon."""
    return beginning[:-1] + ";"


def newest_first(position: int) -> str:
    return f"{10**_WIDTH - position:0{_WIDTH}d}"


def position(at: datetime) -> int:
    """The first position to try for something created at `at`."""
    return max(1, min(_microseconds(at), LAST_POSITION))


def _number(at: datetime) -> str:
    return f"{max(0, _microseconds(at)):0{_WIDTH}d}"


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
