"""What a report says, as plain text: nothing here knows how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.explained.happenings import EVENTS
from shared.domain.holdings.ledger import ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingStatus
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor, ActorType
from shared.domain.wording import stamp
from shared.report.words import ACTION_WORDS, KIND_WORDS, STATE_WORDS, outcome_of

TOLD_BY_PEOPLE = frozenset({ActorType.PERSON, ActorType.KEY, ActorType.QUEUE})

ENDS_BEFORE = frozenset({ActionKind.CANCEL, ActionKind.CANCEL_ORDER, ActionKind.RETURN_RESERVATION, ActionKind.SUSPEND})
"""Whatever of these worked: its term was not paid to the end, or nobody can say."""
WORKED = (ActionState.ACCEPTED, ActionState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Done:
    """One write and its answer: what, how it ended, when."""

    what: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldingFacts:
    """One holding. `term_end` is what Microsoft shows; `paid_until` only where it was, or is being, paid as far as
    that: what was cancelled before is not."""

    key: str
    name: str
    kind: str
    status: str
    quantity: int | None
    term_end: datetime | None
    paid_until: datetime | None
    done: tuple[Done, ...]
    refund: str
    note: str
    runs_on: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody did or decided about the offboarding."""

    who: str
    what: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report says. `as_of` and all other moments are aware UTC, business time."""

    identity: str
    request_id: str
    approval_reference: str
    customer: str
    customer_id: str
    domain: str
    outcome: str
    why: str
    what_to_do: str
    as_of: datetime
    paid_until: datetime | None
    holdings: tuple[HoldingFacts, ...]
    survivors: tuple[str, ...]
    not_restored: tuple[str, ...]
    words: tuple[Word, ...]
    proofs: tuple[str, ...]
    entries: int
    head: str
    reestablish: str

    @property
    def running(self) -> tuple[HoldingFacts, ...]:
        """What goes on at the customer, as far as it was seen."""
        return tuple(item for item in self.holdings if item.runs_on)

    @property
    def refunded(self) -> tuple[HoldingFacts, ...]:
        """What money was told to come back for. Amounts are never added up."""
        return tuple(item for item in self.holdings if item.refund)


def facts_of(
    head: Offboarding, records: Mapping[str, HoldingRecord], timeline: Sequence[TimelineEntry], now: datetime
) -> Facts:
    """The facts of one offboarding as of `now`."""
    reason, customer = head.reason, head.customer
    name = customer.company_name if customer else head.request.company_name
    found = (_holding(record, now) for record in records.values())
    holdings = sorted(found, key=lambda item: (item.kind, item.name, item.key))
    return Facts(
        identity=head.id,
        request_id=head.request.request_id,
        approval_reference=head.request.approval_reference or "",
        customer=name or head.request.domain or head.customer_id or "a customer that is not identified",
        customer_id=head.customer_id or "",
        domain=(customer.domain if customer else head.request.domain) or "",
        outcome=outcome_of(head, name or head.request.domain or head.customer_id or "the customer"),
        why=reason.text if reason else "",
        what_to_do=reason.operator_action if reason else "",
        as_of=now,
        paid_until=head.paid_until or max((item.paid_until for item in holdings if item.paid_until), default=None),
        holdings=tuple(holdings),
        survivors=head.survivors,
        not_restored=tuple(f"{item.sentence}. {item.what_to_do}" for item in head.not_restored),
        words=(_asked(head), *_decided(timeline)),
        proofs=tuple(
            f"{proof.name}: {'holds' if proof.holds else 'does not hold'} ({proof.detail}), {stamp(proof.at)}"
            for proof in head.proofs
        ),
        entries=head.evidence.entries,
        head=head.evidence.head,
        reestablish=head.reestablish_url,
    )


def who(actor: Actor | None) -> str:
    """How somebody is named: a queue tells no sender, so what it claims is said to be a claim."""
    if actor is None:
        return "not recorded"
    if actor.type is ActorType.QUEUE:
        return f"by queue, as {actor.name}"
    return f"{actor.name} (key)" if actor.type is ActorType.KEY else f"{actor.name} ({actor.id})"


def _asked(head: Offboarding) -> Word:
    asked = f"asked for it, for {head.request.requested_by}"
    return Word(who(head.requester), asked, head.request.reason, head.created_at)


def _decided(timeline: Iterable[TimelineEntry]) -> Iterable[Word]:
    """Whatever people and programs did after they had asked."""
    for entry in timeline:
        if entry.by is None or entry.by.type not in TOLD_BY_PEOPLE or entry.what == TimelineEvent.RECEIVED:
            continue
        known = entry.what in list(TimelineEvent)
        what = EVENTS[TimelineEvent(entry.what)].rstrip(".") if known else entry.what
        yield Word(who(entry.by), what, entry.detail, entry.at)


def _holding(record: HoldingRecord, now: datetime) -> HoldingFacts:
    holding = record.holding
    return HoldingFacts(
        key=holding.key,
        name=holding.name,
        kind=KIND_WORDS[holding.kind],
        status=holding.raw_status or holding.status.value,
        quantity=holding.quantity,
        term_end=holding.term_end,
        paid_until=_paid_until(record, now),
        done=tuple(
            Done(ACTION_WORDS[action.kind], _how(action.state, action.code), action.answered_at or action.intended_at)
            for action in record.actions
        ),
        refund=_refund(record),
        note=_note(record, holding),
        runs_on=_runs_on(record),
    )


def _runs_on(record: HoldingRecord) -> bool:
    """What is suspended is billed on only where it still blocks."""
    holding = record.holding
    if holding.ended or record.missing_since is not None:
        return False
    return holding.status is not HoldingStatus.SUSPENDED or record.blocker is not None


def _paid_until(record: HoldingRecord, now: datetime) -> datetime | None:
    if record.blocker is not None and record.blocker.paid_until is not None:
        return record.blocker.paid_until
    end = record.holding.term_end
    ended_before = any(action.kind in ENDS_BEFORE and action.state in WORKED for action in record.actions)
    over = end is not None and end <= now and not ended_before
    return end if _runs_on(record) or over else None


def _how(state: ActionState, code: str) -> str:
    return f"{STATE_WORDS[state]} ({code})" if code else STATE_WORDS[state]


def _refund(record: HoldingRecord) -> str:
    if record.refunded is not None:
        return f"{record.refunded.money.text}, told {stamp(record.refunded.at)}"
    if record.refund is not None:
        return f"{record.refund.money.text} was quoted {stamp(record.refund.at)}; no answer has told a refund"
    return ""


def _note(record: HoldingRecord, holding: Holding) -> str:
    notes = []
    if record.missing_since is not None:
        notes.append(f"not shown any more since {stamp(record.missing_since)}")
    if record.blocker is not None:
        notes.append(record.blocker.detail)
    if record.override is not None:
        said = record.override
        notes.append(f"has ended, says {said.by}, {stamp(said.at)}: {said.why}")
    if holding.note:
        notes.append(holding.note)
    return "; ".join(notes)
