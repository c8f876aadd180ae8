"""When each type of event is sent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.events import EventType

WHEN_SENT: Mapping[EventType, str] = MappingProxyType(
    {
        EventType.REMOVED: "The relationship is removed and proven; the event has the proofs, what survives, and the "
        "link for starting again.",
        EventType.ALREADY_REMOVED: "The relationship is gone, and no removal of this offboarding was accepted.",
        EventType.PLANNED: "A dry run ended; the event has the plan.",
        EventType.STOPPED: "Something cannot be ended today, and the request says `stop_and_report`; the customer was "
        "protected meanwhile; or the relationship came back after its removal.",
        EventType.REJECTED: "The request cannot work; the reason says why.",
        EventType.JOINED: "The customer is already being offboarded with the same options; `joinedTo` names that "
        "offboarding.",
        EventType.WITHDRAWN: "The request was withdrawn; what was changed is put back, except what `notRestored` "
        "lists, item by item, with what to buy again.",
        EventType.WAITING: "It began to wait for a date, or for another reason than before.",
        EventType.NEEDS_ATTENTION: "Only a person can go on; repeated daily.",
        EventType.AWAITING_APPROVAL: "A second person has to approve what will be done.",
        EventType.WINDOW_CLOSING: "A cancellation window closes within 48 hours, and nothing is about to use it; once "
        "for each window.",
        EventType.RENEWAL_COMING: "A term renews in 30, 7 or 2 days, nobody agreed to it, and nothing is about to stop "
        "it.",
        EventType.PROGRESS: "Any other change of status, stage or reason.",
    }
)
