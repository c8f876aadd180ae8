"""Who asked for what, who approved and decided, and what became of the call that ends the relationship."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor, ActorType
from shared.domain.policy import Commitments
from shared.domain.wording import count_of, stamp
from shared.report.words import EVENT_WORDS, NOT_BEGUN, REMOVAL_WORDS

TOLD_BY_PEOPLE = frozenset({ActorType.PERSON, ActorType.KEY, ActorType.QUEUE})


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody did or decided about the offboarding."""

    who: str
    what: str
    why: str
    at: datetime


def who(actor: Actor | None) -> str:
    """How somebody is named; that nobody was recorded otherwise."""
    return actor.named if actor is not None else "not recorded"


def words_of(head: Offboarding, timeline: Sequence[TimelineEntry]) -> tuple[Word, ...]:
    """Who asked, and whatever people and programs did after that; the states that followed are not their doing."""
    asked = Word(
        who(head.requester), f"asked for it, for {head.request.requested_by}", head.request.reason, head.created_at
    )
    return (asked, *_decided(timeline))


def _decided(timeline: Iterable[TimelineEntry]) -> Iterator[Word]:
    events = {event.value: event for event in TimelineEvent if event is not TimelineEvent.RECEIVED}
    for entry in timeline:
        event = events.get(entry.what)
        if entry.by is not None and entry.by.type in TOLD_BY_PEOPLE and event is not None:
            yield Word(who(entry.by), EVENT_WORDS[event], entry.detail, entry.at)


def wanted(request: OffboardingRequest) -> str:
    """What was asked for, with everything that narrows it."""
    return "; ".join(_wanted(request))


def _wanted(request: OffboardingRequest) -> Iterator[str]:
    yield "a plan only (dry run)" if request.dry_run else "the end of the relationship"
    waits = request.commitments is Commitments.WAIT
    yield "what cannot be ended today is waited for" if waits else "what cannot be ended today stops it"
    if request.not_before is not None:
        yield f"not before {stamp(request.not_before)}"
    if request.grace is not None:
        yield f"a grace period of at least {count_of(round(request.grace.total_seconds() / 3600), 'hour')}"
    if request.renewals is not None:
        yield f"terms that renew before the start: {_plain(request.renewals)}"
    if request.reduce_seats:
        yield "seats that can still be given back are"
    if request.reactivate_suspended:
        yield "suspended licences may be switched on, so that they end with their term"
    if request.reseller is not None:
        yield f"reseller {request.reseller}"
    if request.restrictions:
        yield f"restricted by {', '.join(sorted(map(_plain, request.restrictions)))}"


def _plain(code: str) -> str:
    return code.replace("_", " ")


def approval_of(head: Offboarding) -> str:
    """Who approved which plan, and when; that none is recorded otherwise."""
    found = head.approval
    if found is None:
        return "no approval is recorded"
    return f"by {who(found.by)}, {stamp(found.at)}, for the plan {found.digest}"


def removal_of(head: Offboarding) -> str:
    """What became of the call that ends the relationship; that it was not sent otherwise, and why."""
    call = head.removal
    if call is None:
        return NOT_BEGUN.get(head.status, "not begun yet")
    answer = f" {stamp(call.answered_at)}" if call.answered_at is not None else ""
    told = " ".join(str(part) for part in (call.status, call.code) if part)
    refused = f" ({told})" if told else ""
    return (
        f"{REMOVAL_WORDS[call.state]}{answer}{refused}; asked {stamp(call.intended_at)}, MS-RequestId {call.request_id}"
    )
