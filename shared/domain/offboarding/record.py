"""The record of an offboarding, from request to outcome: its head, and what the head is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.approval import Approval
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause
from shared.domain.decisions.plan import Plan
from shared.domain.evidence.chain import ChainHead
from shared.domain.evidence.seal import Seal
from shared.domain.holdings.delegated import GdapRefusal
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.once import Once
from shared.domain.offboarding.removal import RemovalIntent
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.restored import Provenance, Restored
from shared.domain.offboarding.settled import Settled
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works on the offboarding, until when (machine time, UTC). `revoked`: a person called that work off; its
    holder can store nothing any more, but its calls may still be on the wire until it lets go."""

    owner: str
    expires_at: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer after identification in Partner Center."""

    id: str
    company_name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the offboarding is where it is: a stable code and a sentence for people."""

    code: ReasonCode
    text: str
    operator_action: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of section "confirm": what was asked, what was found, whether it holds."""

    name: str
    holds: bool
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who called the offboarding off, why and when (aware UTC, business time)."""

    by: Actor
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the last event said, and when. `about`: the blockers by key and cause. `trouble`: something is tried or
    looked at again and again; that is told when it begins, once a day, and when it ends."""

    status: Status
    stage: Stage | None
    code: ReasonCode | None
    about: tuple[str, ...]
    at: datetime
    trouble: bool = False

    def same(self, other: Told) -> bool:
        """It would say the same again; when, and in which words, does not matter."""
        mine = (self.status, self.stage, self.code, self.about)
        return mine == (other.status, other.stage, other.code, other.about)


@dataclass(frozen=True, slots=True)
class SaidResume:
    """A person resumed it while it was worked on; the word counts if it asks for the same when that rests."""

    by: Actor
    asked: ReasonCode
    why: str = ""


@dataclass(frozen=True, slots=True)
class SaidEnded:
    """A person said of one blocker of a holding that it has ended, while the offboarding was worked on."""

    by: Actor
    holding: str
    cause: Cause
    why: str


@dataclass(frozen=True, slots=True)
class Offboarding:
    """The head of the record. Holdings, timeline and outbox are stored beside it.

    `other_id` is the live offboarding of the same customer that this request joined or was refused for. `attempt`
    counts wake-ups and is never reset. `next_attempt_at` is business time; a wake-up before it does nothing.
    `blockers` keeps the first of them, `blocker_count` says how many there are. `survivors`: what the removal leaves
    behind at the customer. `gone_since`: the first of the looks in a row that found the customer neither listed nor
    readable. `gdap_left`: sentences about delegated admin relationships that the pipeline cannot end. `warned_window`:
    the closing window that was warned of last; `warned_renewals`: when coming renewals were. `told`: what the last
    event said. `events`: how many events it has made, the number of the newest. `words`: the reasons that a person
    resumed it for; a word counts for its reason alone. `held_by_mode`: it was
    planned while nothing might be written. `stopped_for`: what runs on, of which stop_and_report asked a person, who
    alone lets it go on. `agreed_renewals`: keys of the holdings that may renew before the start. `approval`: the
    newest one. `rejected`: a person said no to what goes beyond it, and nobody has approved since.
    `requester`: who made the request, absent in what was stored before it was kept. `noted`:
    digests of what the last look of the plan noted; the next one does not note the same again. `asked`: what a
    person was asked for when the look began that goes on. `said`: what people said while somebody held the claim; the
    only field that others write then, with `done_once`: the newest calls that carried an Idempotency-Key. `evidence`:
    the end of its chain; `seal`: the signature at the end. `erased`: the evidence says that personal texts are deleted.
    `begun_at`: when it left the plan for the first time, from which the grace period runs. `withdrawal`: it is called
    off, and only what was changed is put back; `not_restored` are the first that cannot be, of `not_restored_count`.
    `stage_since`: when it entered its stage (business time), absent in what was stored before it was kept.
    `restored`: when it was last put back from a snapshot. `settled`: what is paid on since it ended, and what came
    back; absent in what ended before anything was read, in a dry run, and in what was stored before it was kept.
    `later`: fields of a later version, as JSON, written back as they are. `unread`: a later version stored it in a way
    that this one cannot read; the text, which stays as it is.
    """

    id: str
    request: OffboardingRequest
    status: Status
    stage: Stage | None
    created_at: datetime
    updated_at: datetime
    attempt: int = 0
    next_attempt_at: datetime | None = None
    reason: Reason | None = None
    claim: Claim | None = None
    customer: Customer | None = None
    plan: Plan | None = None
    blockers: tuple[Blocker, ...] = ()
    blocker_count: int = 0
    paid_until: datetime | None = None
    counters: Counters = field(default_factory=Counters)
    removal: RemovalIntent | None = None
    confirming_since: datetime | None = None
    gone_since: datetime | None = None
    proofs: tuple[Proof, ...] = ()
    gdap_requested: tuple[str, ...] = ()
    gdap_refused: tuple[GdapRefusal, ...] = ()
    gdap_left: tuple[str, ...] = ()
    reestablish_url: str = ""
    survivors: tuple[str, ...] = ()
    other_id: str | None = None
    timeline_length: int = 0
    words: tuple[ReasonCode, ...] = ()
    held_by_mode: bool = False
    stopped_for: str = ""
    agreed_renewals: tuple[str, ...] = ()
    warned_window: datetime | None = None
    warned_renewals: datetime | None = None
    told: Told | None = None
    events: int = 0
    approval: Approval | None = None
    rejected: bool = False
    requester: Actor | None = None
    noted: tuple[str, ...] = ()
    asked: ReasonCode | None = None
    said: tuple[SaidResume | SaidEnded, ...] = ()
    evidence: ChainHead = field(default_factory=ChainHead)
    seal: Seal | None = None
    erased: bool = False
    begun_at: datetime | None = None
    withdrawal: Withdrawal | None = None
    not_restored: tuple[NotRestored, ...] = ()
    not_restored_count: int = 0
    done_once: tuple[Once, ...] = ()
    stage_since: datetime | None = None
    restored: Restored | None = None
    settled: Settled | None = None
    later: str = field(default="", repr=False)
    unread: str = field(default="", repr=False)

    def with_event(self) -> Offboarding:
        """The head that owes one event more. Stored in the same write as the event, so that no two share a number."""
        return replace(self, events=self.events + 1)

    @property
    def customer_id(self) -> str | None:
        """The tenant id: as identified, else as the request names it."""
        return self.customer.id if self.customer else self.request.customer_id

    def has_word(self, code: ReasonCode) -> bool:
        """A person resumed it when it asked for this reason."""
        return code in self.words

    @property
    def half_restored(self) -> bool:
        """It is being put back from a snapshot, and a part is missing: nothing is written beside that."""
        return self.restored is not None and not self.restored.whole

    @property
    def held_by_restore(self) -> bool:
        """Nobody has said since it was restored that it may go on; to call it off is such a word. What differs from its
        evidence never goes on."""
        if self.restored is None:
            return False
        if self.half_restored or self.differs:
            return True
        called_off = self.withdrawal is not None and self.withdrawal.at >= self.restored.at
        return not (called_off or self.has_word(self.restored.code))

    @property
    def differs(self) -> bool:
        """It was put back, and does not agree with its evidence: it can be called off, and nothing else."""
        return self.restored is not None and self.restored.provenance is Provenance.DIFFERS

    @property
    def unproven(self) -> bool:
        """It differs, or nobody signed it and nobody has let it go on: called off, it puts nothing back."""
        unsigned = self.restored is not None and self.restored.provenance is Provenance.UNSIGNED
        return self.differs or (unsigned and self.held_by_restore)

    @property
    def shows_plan(self) -> bool:
        """Somebody decides about its plan: an approval is asked for, or it was a dry run."""
        return self.status in (Status.AWAITING_APPROVAL, Status.PLANNED)

    @property
    def finished(self) -> bool:
        """It is in a terminal state."""
        return self.status in TERMINAL


def revoked(head: Offboarding) -> Offboarding:
    """The offboarding with its claim, if there is one, revoked."""
    return replace(head, claim=replace(head.claim, revoked=True)) if head.claim is not None else head
