"""A notifier over the in-memory store and bus, with receivers that fail as told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.world.bus import MemoryBus
from local.world.clock import WorldClock
from local.world.crash import CrashError, CrashPoints
from local.world.store import MemoryStore
from shared.contracts.events import (
    CustomerData,
    Event,
    EventData,
    EventType,
    EvidenceData,
    ReasonData,
)
from shared.domain.errors import UnavailableError
from shared.domain.notices.notice import Parcel
from shared.domain.notices.rules import Burst, Channel, Rule, Target
from shared.notify.deliver import deliver
from shared.notify.notifier import Notifier
from shared.notify.tell import tell
from shared.ports.notices import NotSent

NEEDS = EventType.NEEDS_ATTENTION
TEAMS = Target(Channel.TEAMS)
TENANT = "77777777-0000-4000-8000-000000000001"
AT = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def event(number: int = 1, kind: EventType = NEEDS, **changed: Any) -> Event:
    """Event number so-and-so of a customer."""
    fields: dict[str, Any] = {
        "offboarding_id": f"off-{number}",
        "request_id": f"req-{number}",
        "dry_run": False,
        "status": kind.value.split(".")[1],
        "customer": CustomerData(tenant_id=TENANT, company_name="Contoso Ltd", domain="contoso.example"),
        "evidence": EvidenceData(entries=1, head="0" * 64),
        "reason": ReasonData(code="x", text="Partner Center refused it.", operator_action="Call the hotline."),
        **changed,
    }
    return Event(
        id=f"event-{number}",
        source="/offboarding-pipeline",
        type=kind,
        subject=f"off-{number}",
        time=AT,
        correlationid="c",
        dataschema="x",
        sequence="0000000001",
        appversion="0",
        data=EventData(**fields),
    )


def rule(name: str = "duty", burst: Burst | None = None, **changed: Any) -> Rule:
    """A rule about what needs attention."""
    given: dict[str, Any] = {"events": frozenset({NEEDS.value}), "target": TEAMS, **changed}
    return Rule(name, burst=burst, **given)


@dataclass
class Receivers:
    """Channels that keep what they took; `answers` says what they answer first, by target."""

    crash: CrashPoints = field(default_factory=CrashPoints)
    took: list[tuple[Target, Parcel]] = field(default_factory=list)
    answers: dict[Target, list[NotSent | None]] = field(default_factory=dict)
    asked: int = 0

    def send(self, target: Target, parcel: Parcel) -> NotSent | None:
        self.asked += 1
        self.crash.here("before the channel")
        answers = self.answers.get(target, [])
        answer = answers.pop(0) if answers else None
        if answer is None:
            self.took.append((target, parcel))
        self.crash.here("after the channel")
        return answer

    @property
    def ids(self) -> list[str]:
        return [parcel.id for _, parcel in self.took]


@dataclass
class Bench:
    """Topic, queue, store and receivers. A process that dies leaves its message on the queue."""

    rules: tuple[Rule, ...]
    crash: CrashPoints = field(default_factory=CrashPoints)
    dead: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = WorldClock()
        self.store = MemoryStore(self.crash)
        self.bus = MemoryBus(self.clock, self.crash)
        self.receivers = Receivers(self.crash)
        self.notifier = self._started()

    def _started(self) -> Notifier:
        rules = {one.name: one for one in self.rules}
        return Notifier(rules, self.receivers, self.store, self.bus, self.clock, "https://app.example")

    def publish(self, *events: Event) -> None:
        """What the topic brings, again after a crash."""
        for one in events:
            self._survive(lambda one=one: tell(one.to_json().encode(), self.notifier))

    def run(self, for_at_most: timedelta = timedelta(days=3)) -> None:
        """Deliver until the queue is empty or the time is over; what fails three times is a dead letter."""
        ends = self.clock.now() + for_at_most
        for _ in range(3000):
            message = self.bus.take()
            if message is not None:
                self._survive(lambda body=message.body: self._deliver(body))
                continue
            due = self.bus.next_due()
            if due is None or due > ends:
                return
            self.clock.advance(due - self.clock.now())
        raise AssertionError("the queue did not become empty")

    def _deliver(self, body: bytes) -> None:
        for _ in range(3):
            try:
                deliver(body, self.notifier)
                return
            except UnavailableError:
                continue
        self.dead.append(body)

    def _survive(self, work: Any) -> None:
        try:
            work()
        except CrashError:
            self.notifier = self._started()
            work()
