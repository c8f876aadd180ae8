"""A withdrawal as a message asks for it: of which request, of which customer, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallingOff:
    """At least one of `customer_id` (lower-case GUID) and `domain` (lower case) is given."""

    request_id: str
    customer_id: str | None
    domain: str | None
    requested_by: str
    reason: str
