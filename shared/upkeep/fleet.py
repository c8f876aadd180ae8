"""What waits, measured by the sweeper: a page of the record in each round, told when all of it was seen.

So a round costs the same however many offboardings wait. Where no telemetry is exported nothing is read at all.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.decisions.blockers import Cause
from shared.domain.errors import OffboardingError
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.pipeline.core.services import Services
from shared.ports.listing import Order, due_at
from shared.ports.store import Filter
from shared.ports.telemetry import Metric, Property, telemetry

log = logging.getLogger("offboarding")
LIVE = tuple(status for status in Status if status not in TERMINAL)
PAGE = 200
"""Offboardings that one round reads, and of those that are being paid for the holdings."""


@dataclass(slots=True)
class Fleet:
    """What was seen of the fleet so far."""

    live: Counter[tuple[Status, Stage | None]] = field(default_factory=Counter)
    oldest: dict[Stage, float] = field(default_factory=dict)
    blockers: Counter[Cause] = field(default_factory=Counter)
    seat_days: float = 0.0
    due_age: float = 0.0

    def see(self, head: Offboarding, services: Services, now: datetime) -> None:
        """One more. Raises UnavailableError when the store cannot be reached."""
        self.live[head.status, head.stage] += 1
        if head.stage is not None:
            age = (now - (head.stage_since or head.created_at)).total_seconds()
            self.oldest[head.stage] = max(age, self.oldest.get(head.stage, 0.0))
        due = due_at(head)
        if due is not None:
            self.due_age = max(self.due_age, (now - due).total_seconds())
        if head.blocker_count or head.paid_until is not None:
            self._see_holdings(head, services, now)

    def _see_holdings(self, head: Offboarding, services: Services, now: datetime) -> None:
        for record in services.store.holdings(head.id).values():
            blocker = record.blocker
            if blocker is None:
                continue
            self.blockers[blocker.cause] += 1
            if blocker.paid_until is not None and blocker.paid_until > now:
                days = (blocker.paid_until - now) / timedelta(days=1)
                self.seat_days += days * (record.holding.quantity or 1)

    def tell(self) -> None:
        """Every status, stage and cause that is there, and four numbers also with 0: by these it is known that all
        was told. Queries take what is older than the newest DUE_AGE for over, so that is the last."""
        measure = telemetry().measure
        for (status, stage), number in self.live.items():
            measure(Metric.LIVE, number, {Property.STATUS: status.value, Property.STAGE: stage.value if stage else ""})
        for stage, age in self.oldest.items():
            measure(Metric.STAGE_AGE, age, {Property.STAGE: stage.value})
        for cause, number in self.blockers.items():
            measure(Metric.BLOCKERS, number, {Property.CAUSE: cause.value})
        measure(Metric.PAID_SEAT_DAYS, self.seat_days)
        measure(Metric.APPROVALS, self._of(Status.AWAITING_APPROVAL))
        measure(Metric.ATTENTION, self._of(Status.NEEDS_ATTENTION))
        measure(Metric.DUE_AGE, self.due_age)

    def _of(self, status: Status) -> int:
        return sum(number for (found, _), number in self.live.items() if found is status)


class FleetWatch:
    """Goes through the fleet, a page in each round; a new process begins anew."""

    def __init__(self) -> None:
        self._fleet, self._after = Fleet(), ""

    def look(self, services: Services) -> bool:
        """One page; True when that was the last one, and all was told. Failing costs a measurement and nothing else."""
        if not telemetry().on:
            return False
        try:
            return self._look(services)
        except OffboardingError as error:
            log.warning("the fleet was not measured: %s", error)
            self._fleet, self._after = Fleet(), ""
            return False

    def _look(self, services: Services) -> bool:
        # In the order of creation, in which nothing moves while pages are read.
        page = services.store.find(Filter(LIVE, limit=PAGE, after=self._after or None, order=Order.CREATED))
        now = services.clock.now()
        for head in page.items:
            self._fleet.see(head, services, now)
        self._after = page.next or ""
        if self._after:
            return False
        self._fleet.tell()
        self._fleet = Fleet()
        return True


WATCH = FleetWatch()
"""The one of this process."""
