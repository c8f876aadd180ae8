"""What a report says, as plain text: nothing here knows how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.money import Money, added_up
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.paid import OVER, Paid, goes_on, paid_of
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.record import Offboarding, Proof
from shared.domain.offboarding.timeline import TimelineEvent
from shared.report.asked import Word, approval_of, removal_of, wanted, words_of
from shared.report.held import HoldingFacts, held
from shared.report.words import PROOF_WORDS, outcome_of, sentence, spoken


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """One proof: what is proven, whether it holds, and what was seen when."""

    what: str
    holds: bool
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report says. `outcome`: before the name, the name, after it. `was_read`: everything that the
    customer holds was read at least once. `next_look`: when it goes on, or looks again, by itself. `as_of` and all
    other moments are aware UTC, business time."""

    identity: str
    request_id: str
    approval_reference: str
    customer: str
    customer_id: str
    domain: str
    outcome: tuple[str, str, str]
    why: str
    what_to_do: str
    asked: str
    approval: str
    removal: str
    as_of: datetime
    next_look: datetime | None
    paid: Paid
    over: bool
    was_read: bool
    holdings: tuple[HoldingFacts, ...]
    survivors: tuple[str, ...]
    not_restored: tuple[str, ...]
    words: tuple[Word, ...]
    proofs: tuple[ProofFacts, ...]
    entries: int
    head: str
    reestablish: str

    @property
    def running(self) -> tuple[HoldingFacts, ...]:
        """What goes on at the customer, as far as it was seen."""
        return tuple(item for item in self.holdings if item.runs_on)

    @property
    def refunded(self) -> tuple[HoldingFacts, ...]:
        """What money was told to come back for, or quoted."""
        return tuple(item for item in self.holdings if item.refund)

    @property
    def refunds(self) -> tuple[Money, ...]:
        """What came back together, one amount for each currency; what was only quoted is not in it."""
        return added_up(item.refunded for item in self.holdings if item.refunded is not None)


def facts_of(
    head: Offboarding, records: Mapping[str, HoldingRecord], timeline: Sequence[TimelineEntry], now: datetime
) -> Facts:
    """The facts of one offboarding as of `now`."""
    reason, name, domain = head.reason, name_of(head), domain_of(head)
    found = (held(record, now, finished=head.finished, goes_on=goes_on(head)) for record in records.values())
    holdings = sorted(found, key=lambda item: (item.kind, item.name, item.key))
    return Facts(
        identity=head.id,
        request_id=head.request.request_id,
        approval_reference=head.request.approval_reference or "",
        customer=name,
        customer_id=head.customer_id or "",
        domain=domain if domain != name else "",
        outcome=outcome_of(head, name),
        why=sentence(spoken(reason.text)) if reason else "",
        what_to_do=sentence(reason.operator_action) if reason else "",
        asked=wanted(head.request),
        approval=approval_of(head),
        removal=removal_of(head),
        as_of=now,
        next_look=None if head.finished else head.next_attempt_at,
        paid=paid_of(head, records.values()),
        over=head.status in OVER,
        was_read=bool(holdings) or any(entry.what == TimelineEvent.INVENTORY for entry in timeline),
        holdings=tuple(holdings),
        survivors=head.survivors,
        not_restored=tuple(f"{item.sentence}. {item.what_to_do}" for item in head.not_restored),
        words=words_of(head, timeline),
        proofs=tuple(_proof(proof) for proof in head.proofs),
        entries=head.evidence.entries,
        head=head.evidence.head,
        reestablish=head.reestablish_url,
    )


def _proof(proof: Proof) -> ProofFacts:
    known = proof.name in list(ProofName)
    return ProofFacts(PROOF_WORDS[ProofName(proof.name)] if known else proof.name, proof.holds, proof.detail, proof.at)
