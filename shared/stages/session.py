"""A session: one offboarding under our claim, and the only way in which a stage writes.

Every write is conditional on the ETag that the session holds. A newer ETag means that the claim was lost; the session
then ends without another effect, and whoever holds the claim now goes on from what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import ClaimEndingError, RefusedError
from shared.domain.ledger import HoldingRecord
from shared.domain.messages import Actor, OutboundMessage, TimelineEntry
from shared.domain.offboarding import Offboarding
from shared.domain.policy import Policy
from shared.ports.runtime import Change, Live, LiveElsewhere, Stored
from shared.stages.services import Mode, Services

log = logging.getLogger("offboarding")


class Session:
    """The current head and holdings of one offboarding, with notes that are stored by the next `save`."""

    def __init__(self, stored: Stored, services: Services, actor: Actor = Actor.PIPELINE) -> None:
        self.services = services
        self.offboarding = stored.offboarding
        self.etag = stored.etag
        self._actor = actor
        self._notes: list[TimelineEntry] = []
        self._records: dict[str, HoldingRecord] | None = None
        self._began = services.clock.monotonic()

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

    def note(
        self,
        what: str,
        detail: str = "",
        *,
        holding: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        """Add a timeline entry, stored with the next save."""
        now, seq = self.services.clock.now(), self.offboarding.timeline_length + 1
        stage = self.offboarding.stage
        self._notes.append(TimelineEntry(seq, now, self._actor, stage, what, detail, holding, status, request_id))
        self.offboarding = replace(self.offboarding, timeline_length=seq)
        place = {"offboardingId": self.offboarding.id, "stage": stage.value if stage else "", "holding": holding or ""}
        log.info("%s %s %s %s", self.offboarding.id, place["stage"] or "-", what, detail, extra=place)

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
        head = offboarding or self.offboarding
        result = self.services.store.commit(Change(head, self.etag, changed, tuple(self._notes), outbox, live))
        if isinstance(result, LiveElsewhere):
            return result
        self.offboarding, self.etag = result.offboarding, result.etag
        self._notes.clear()
        for record in changed:
            self.records[record.holding.key] = record
        return None

    def require_time(self) -> None:
        """Raise ClaimEndingError when no call with an effect may start any more (claim expiry - time-out - margin)."""
        pace = self.services.pace
        allowed = min(pace.claim - pace.call_timeout - pace.margin, pace.work_budget)
        if timedelta(seconds=self.services.clock.monotonic() - self._began) > allowed:
            raise ClaimEndingError("the work budget of this invocation is used")

    def require_live(self) -> None:
        """The last line of defence of dry runs (I9) and of mode `plan`: no write to a customer from here."""
        if self.offboarding.request.dry_run or self.services.mode is not Mode.LIVE:
            raise RefusedError("this offboarding may only plan, a write was about to happen")
        partner, customer_id = self.services.partner, self.offboarding.customer_id
        if customer_id == partner.tenant_id or customer_id in partner.protected_customers:
            raise RefusedError(f"customer {customer_id} is protected, a write was about to happen")
