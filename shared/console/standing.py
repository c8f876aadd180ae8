"""Where an offboarding stands, in one sentence, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from shared.domain.offboarding.called import domain_of
from shared.domain.offboarding.needs import asked_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status

STATUS_WORDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "was taken in, and will be planned",
        Status.PLANNING: "is being planned",
        Status.AWAITING_APPROVAL: "waits for a second person to approve its plan",
        Status.SCHEDULED: "will begin at the start that was asked for",
        Status.RUNNING: "is being worked on",
        Status.WAITING: "waits",
        Status.RESTORING: "was called off, and what it changed is being put back",
        Status.NEEDS_ATTENTION: "needs a decision",
        Status.REMOVED: "the relationship is removed, and that is proven",
        Status.ALREADY_REMOVED: "the relationship was gone already",
        Status.PLANNED: "was planned only, as a dry run; nothing was changed",
        Status.STOPPED: "was stopped; the relationship goes on",
        Status.REJECTED: "the request was rejected",
        Status.JOINED: "the request joined another offboarding of the same customer",
        Status.WITHDRAWN: "was called off",
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`sentence`: where it stands and why. `whose`: who has to act. `what_to_do`: what that person does. `at` (aware
    UTC, business time): when it goes on, or looks again, by itself."""

    sentence: str
    why: str
    whose: str
    what_to_do: str
    at: datetime | None


def standing(head: Offboarding) -> Standing:
    """Of one offboarding, as it was stored."""
    words = STATUS_WORDS[head.status]
    reason = head.reason
    return Standing(
        sentence=words[0].upper() + words[1:] + ".",
        why=reason.text[:1].upper() + reason.text[1:].rstrip(".") if reason else "",
        whose=_whose(head),
        what_to_do=reason.operator_action if reason else "",
        at=None if head.finished else head.next_attempt_at,
    )


def _whose(head: Offboarding) -> str:
    told = bool(head.reason and head.reason.operator_action)
    if head.finished:
        return "It has ended. What is left to do:" if told else "Nobody has to act: it has ended."
    if head.status is Status.NEEDS_ATTENTION:
        return "A person has to act."
    if head.status is Status.AWAITING_APPROVAL:
        return "Somebody with the role Offboarding.Approve, who did not make the request, has to decide."
    if asked_of(head) is not None:
        return "A person has to act, and it is looked at again by itself."
    acts = any(blocker.what_to_do for blocker in head.blockers)
    if told:
        return "It is looked at again by itself, and somebody can help:"
    return "Somebody can speed it up: see what is in the way." if acts else "Nobody has to act: it goes on by itself."


def typed_word(head: Offboarding) -> str:
    """What a person types to confirm what cannot be undone: the domain, or the tenant id where no domain is known."""
    return domain_of(head) or head.customer_id or head.request.request_id
