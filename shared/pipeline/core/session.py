"""A session: one offboarding under our claim, and the only way in which a stage writes.

Every write is conditional on the ETag that the session holds. A newer ETag means that the claim was lost; the session
then ends without another effect, and whoever holds the claim now goes on from what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from threading import RLock

from shared.domain.decisions.situation import Situation
from shared.domain.errors import (
    ClaimEndingError,
    ConcurrencyConflictError,
    ModePlanError,
    ProtectedCustomerError,
    RefusedError,
)
from shared.domain.evidence.chain import Appender, Data
from shared.domain.evidence.entry import Entry
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.once import Once
from shared.domain.offboarding.record import Offboarding, SaidEnded, SaidResume
from shared.domain.offboarding.states import Stage
from shared.domain.offboarding.timeline import Happening, TimelineEvent
from shared.domain.people.actor import Actor, system
from shared.domain.policy import Mode, Policy
from shared.pipeline.core.evidence import HoldingWrites, fresh_salt
from shared.pipeline.core.services import Services
from shared.ports.store import Change, Live, LiveElsewhere, Stored
from shared.ports.write_record import writes_recorded_by

log = logging.getLogger("offboarding")
SHORT = 16
SAID_IN_A_ROW = 3
"""So many words may arrive while one write is made; more of them and the claim counts as lost."""


class Session:
    """The current head and holdings of one offboarding, with notes that are stored by the next `save`.

    `began`: monotonic seconds just before the claim was taken; now where there is none. `by`: the person or program
    whose word is carried out.
    """

    def __init__(
        self,
        stored: Stored,
        services: Services,
        who: Who = Who.PIPELINE,
        began: float | None = None,
        by: Actor | None = None,
    ) -> None:
        self.services = services
        self.offboarding = self.loaded = stored.offboarding
        self.etag = stored.etag
        self._who, self._by = who, by
        self._claim = stored.offboarding.claim
        self._entries: list[Entry] = []
        # Writes of one batch store their intents and answers from several threads.
        self._lock = RLock()
        self._notes: list[TimelineEntry] = []
        self._looks = began is not None
        self._noted: list[str] = []
        self.answered = False
        """A call with an effect was answered in this session."""
        self._records: dict[str, HoldingRecord] | None = None
        self._began = services.clock.monotonic() if began is None else began

    @property
    def actor(self) -> Actor:
        """Whoever causes what is stored now."""
        return self._by or system(self._who.value)

    def speaks_for(self, by: Actor) -> None:
        """What is stored from now on was said by this person."""
        self._by = by

    @property
    def records(self) -> dict[str, HoldingRecord]:
        """Every holding ever seen, by key; loaded once."""
        if self._records is None:
            self._records = dict(self.services.store.holdings(self.offboarding.id))
        return self._records

    @property
    def policy(self) -> Policy:
        """The configured policy as this request narrows it."""
        policy = self.offboarding.request.policy(self.services.policy)
        return replace(policy, indirect=self.services.partner.indirect_provider)

    @property
    def customer_id(self) -> str:
        """The customer that is read and written; raises RefusedError when none is identified yet (I6)."""
        if self.offboarding.customer_id is None:
            raise RefusedError("the customer is not identified yet")
        return self.offboarding.customer_id

    @property
    def situation(self) -> Situation:
        """What the decisions look at, as of now."""
        return self.situation_at(self.services.clock.now())

    def situation_at(self, now: datetime) -> Situation:
        """The same as of another moment (aware UTC, business time)."""
        request = self.offboarding.request
        start = request.not_before if request.not_before is not None and request.not_before > now else None
        agreed = frozenset(self.offboarding.agreed_renewals)
        return Situation(self.records, self.policy, self.services.pace, now, start, request.renewals, agreed)

    def note(
        self,
        what: TimelineEvent | Happening,
        detail: str = "",
        *,
        holding: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        """Add a timeline entry, stored with the next save. A plan that waits is looked at for months: what the look
        before noted in the same words is not noted again."""
        self.answered = self.answered or (request_id is not None and status is not None)
        stage = self.offboarding.stage
        if stage is Stage.PLAN and self._looks and request_id is None and self._was_noted(what, detail, holding):
            return
        now, seq = self.services.clock.now(), self.offboarding.timeline_length + 1
        entry = TimelineEntry(seq, now, self._who, stage, what, detail, holding, status, request_id, self._by)
        self._notes.append(entry)
        self.offboarding = replace(self.offboarding, timeline_length=seq)
        place = {"offboardingId": self.offboarding.id, "stage": stage.value if stage else "", "holding": holding or ""}
        place["event"] = what
        log.info("%s %s %s %s", self.offboarding.id, place["stage"] or "-", what, detail, extra=place)

    def _was_noted(self, what: str, detail: str, holding: str | None) -> bool:
        """The look before noted the same; a fault is always noted."""
        same = sha256(f"{what}|{holding}|{detail}".encode()).hexdigest()[:SHORT]
        self._noted.append(same)
        return same in self.offboarding.noted and not what.startswith("fault.")

    def remember_notes(self) -> None:
        """For the next look of the plan; forgotten once it goes on."""
        noted = dict.fromkeys(self._noted) if self.offboarding.stage is Stage.PLAN else ()
        self.offboarding = replace(self.offboarding, noted=tuple(noted))

    def next_event(self) -> Offboarding:
        """The head with the number of one more event, which has to be in the outbox of the next save."""
        self.offboarding = self.offboarding.with_event()
        return self.offboarding

    def record(self, kind: EntryKind, data: Data) -> int:
        """Append an entry to the evidence, stored with the next save; returns its number."""
        with self._lock:
            head, now = self.offboarding, self.services.clock.now()
            chain, entry = Appender(head.id, fresh_salt).append(head.evidence, kind, self.actor, now, data)
            self.offboarding = replace(head, evidence=chain)
            self._entries.append(entry)
            return entry.seq

    def recorded(self, action: str, holding: str) -> AbstractContextManager[None]:
        """A block in which every write to Microsoft has its intent stored before it, and its answer with the next
        save (I10)."""
        now = self.services.clock.now
        return writes_recorded_by(HoldingWrites(action, holding, self._record_now, self.record, now))

    def _record_now(self, kind: EntryKind, data: Data) -> int:
        with self._lock:
            number = self.record(kind, data)
            self.save()
            return number

    def save(
        self,
        offboarding: Offboarding | None = None,
        *,
        holdings: Iterable[HoldingRecord] = (),
        outbox: tuple[OutboundMessage, ...] = (),
        live: Live = Live.KEEP,
    ) -> LiveElsewhere | None:
        """Store the head with all pending notes, in one conditional write; raises ConcurrencyConflictError."""
        changed = tuple(holdings)
        with self._lock:
            head, beside = offboarding or self.offboarding, (tuple(self._notes), outbox, live, tuple(self._entries))
            result = self._commit(Change(head, self.etag, changed, *beside))
            if isinstance(result, LiveElsewhere):
                return result
            self.offboarding, self.etag = result.offboarding, result.etag
            self._notes.clear()
            self._entries.clear()
        for record in changed:
            self.records[record.holding.key] = record
        return None

    def _commit(self, change: Change) -> Stored | LiveElsewhere:
        for _ in range(SAID_IN_A_ROW):
            try:
                return self.services.store.commit(change)
            except ConcurrencyConflictError:
                change = self._with_what_was_said(change)
        return self.services.store.commit(change)

    def _with_what_was_said(self, change: Change) -> Change:
        """The same change on what a person added meanwhile, which alone others write while we hold the claim; the
        conflict goes on when it is any other."""
        stored = self.services.store.load(self.offboarding.id)
        ours = stored is not None and self._claim is not None and stored.offboarding.claim == self._claim
        if stored is None or not ours or _said(stored.offboarding) == _said(change.offboarding):
            raise ConcurrencyConflictError(f"offboarding {self.offboarding.id} is worked on by another")
        said, done_once = _said(stored.offboarding)
        head = replace(change.offboarding, said=said, done_once=done_once)
        return replace(change, offboarding=head, etag=stored.etag)

    @property
    def write_deadline(self) -> float:
        """Until when a call with an effect may start (monotonic seconds): the claim outlasts it (I2)."""
        return self._began + self.services.pace.write_window.total_seconds()

    def require_time(self) -> None:
        """Raise ClaimEndingError when the work budget is used, or no call with an effect may start any more."""
        budget = self._began + self.services.pace.work_budget.total_seconds()
        if self.services.clock.monotonic() > min(self.write_deadline, budget):
            raise ClaimEndingError("the work budget of this invocation is used")

    def require_live(self) -> None:
        """The last line of defence: no write in a dry run (I9), to a protected customer, while the kill switch is held,
        or in mode `plan`.

        Raises RefusedError, ProtectedCustomerError, BrakeHeldError or ModePlanError.
        """
        if self.offboarding.request.dry_run:
            raise RefusedError("this offboarding may only plan, a write was about to happen")
        self.require_unprotected()
        self.services.brakes.require_released()
        if self.services.mode is not Mode.LIVE:
            raise ModePlanError("this deployment is in mode plan and writes nothing; this offboarding is held here")

    def require_unprotected(self) -> None:
        """Raise ProtectedCustomerError when the customer may not be touched (any more)."""
        partner, customer_id = self.services.partner, self.customer_id
        if customer_id == partner.tenant_id:
            raise ProtectedCustomerError(f"customer {customer_id} is the partner's own tenant")
        if customer_id in partner.protected_customers:
            raise ProtectedCustomerError(f"customer {customer_id} is protected by OFFBOARDING_PROTECTED_CUSTOMERS")


def _said(head: Offboarding) -> tuple[tuple[SaidResume | SaidEnded, ...], tuple[Once, ...]]:
    """What others add while somebody holds the claim."""
    return head.said, head.done_once
