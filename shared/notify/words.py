"""What people read of each type of event: cause, consequence, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.contracts.events import Event, EventData, EventType
from shared.domain.notices.notice import Notice
from shared.domain.offboarding.called import NOT_IDENTIFIED, first_readable
from shared.domain.offboarding.paid import Paid
from shared.domain.offboarding.settled import Payment
from shared.domain.wording import count_of, plain, shorten, stamp

LONGEST = 1_000
"""Characters of one sentence; a card has 28 KB in all (Microsoft Teams, "Limits and specifications")."""


@dataclass(frozen=True, slots=True)
class _Words:
    """`title` has a place for the customer; `to_do` stands where the event names nothing."""

    title: str
    consequence: str
    to_do: str = "Nothing has to be done."


WORDS: Mapping[EventType, _Words] = MappingProxyType(
    {
        EventType.PROGRESS: _Words("{}: the offboarding goes on", "The pipeline works on it."),
        EventType.WAITING: _Words("{}: the offboarding waits", "It goes on by itself once the reason is gone."),
        EventType.NEEDS_ATTENTION: _Words(
            "{} needs a person",
            "The offboarding does not end before a person has acted. The pipeline looks again daily.",
            "Open it and read its timeline.",
        ),
        EventType.AWAITING_APPROVAL: _Words(
            "{} waits for an approval",
            "Nothing is changed until a second person has approved the plan.",
            "Read the plan, then approve or reject it.",
        ),
        EventType.REMOVED: _Words(
            "{} is removed",
            "The reseller relationship is gone, and that is proven.",
            "Nothing has to be done. Stop billing after what is still paid for.",
        ),
        EventType.ALREADY_REMOVED: _Words(
            "{} was removed already",
            "The reseller relationship is gone; no removal of this offboarding was accepted.",
            "Find out who ended it, if nobody expected that.",
        ),
        EventType.PLANNED: _Words(
            "The plan for {} is ready",
            "It was a dry run: nothing was changed.",
            "Read the plan before the real request.",
        ),
        EventType.STOPPED: _Words(
            "The offboarding of {} has stopped",
            "It does not go on, and the relationship is not removed.",
            "Clear what stands in the way, then send a new request.",
        ),
        EventType.REJECTED: _Words(
            "A request about {} was rejected", "Nothing was changed.", "Correct it and send it with a new request id."
        ),
        EventType.JOINED: _Words(
            "A second request about {} joined the first", "One offboarding answers both.", "Follow the first one."
        ),
        EventType.WITHDRAWN: _Words(
            "The offboarding of {} was withdrawn",
            "The relationship stays. What had been changed was put back, as far as it can be.",
            "Open it and see what could not be put back.",
        ),
        EventType.WINDOW_CLOSING: _Words(
            "A cancellation window of {} closes",
            "After that moment the term can no longer be cancelled and is paid to its end.",
            "Open it and decide before the window closes.",
        ),
        EventType.RENEWAL_COMING: _Words(
            "A term of {} is about to renew",
            "It is paid for another term once it has renewed.",
            "Open it and decide before that day.",
        ),
    }
)


def notice_of(event: Event, link: str) -> Notice:
    """The notice of one event. Text of others is one line without control signs; each channel escapes it."""
    words, data = WORDS[event.type], event.data
    dry = " (dry run)" if data.dry_run and event.type is not EventType.PLANNED else ""
    return Notice(
        title=words.title.format(_customer(data)) + dry,
        parts=tuple(_parts(event, words)),
        facts=tuple(_facts(event)),
        link=link,
    )


def _customer(data: EventData) -> str:
    known = data.customer
    return shorten(plain(first_readable(known.company_name, known.domain, known.tenant_id) or NOT_IDENTIFIED))


def _parts(event: Event, words: _Words) -> Iterator[tuple[str, str]]:
    data = event.data
    why = data.notice or (data.reason.text if data.reason is not None else "")
    if event.type is EventType.AWAITING_APPROVAL and data.plan is not None:
        holdings, steps = count_of(data.plan.holdings, "holding"), count_of(data.plan.irreversible_steps, "step")
        why = f"{why} The customer has {holdings}; nothing puts back {steps} of the plan.".strip()
    if why:
        yield "Why", shorten(plain(why), LONGEST)
    yield "What it means", words.consequence
    asked = data.reason.operator_action if data.reason is not None else None
    yield "What to do", shorten(plain(asked or words.to_do), LONGEST)


def _facts(event: Event) -> Iterator[tuple[str, str]]:
    data = event.data
    if data.customer.domain:
        yield "Domain", shorten(plain(data.customer.domain))
    if data.customer.tenant_id:
        yield "Tenant", plain(data.customer.tenant_id)
    yield "Request", shorten(plain(data.request_id))
    if data.batch_id:
        yield "Batch", shorten(plain(data.batch_id))
    moments = (
        ("Window closes", data.window_closes_at or (data.plan.first_window_closes_at if data.plan else None)),
        ("Renews", data.renews_at),
        ("Looks again", data.next_attempt_at),
    )
    for name, at in moments:
        if at is not None:
            yield name, stamp(at)
    if data.paid_until is not None or data.payment is Payment.NO_END_KNOWN:
        yield "Paid until", Paid(data.payment or Payment.UNTIL_DATE, data.paid_until).words
    if data.blocker_count:
        yield "In the way", count_of(data.blocker_count, "blocker")
    if data.actor is not None and data.actor.type != "system":
        yield "By", shorten(plain(data.actor.name))
    yield "At", stamp(event.time)
