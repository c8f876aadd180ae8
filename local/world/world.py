"""The world: a partner tenant, the application's services, and the loop that delivers messages and lets time pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import requests

from local.simulator.journal import BY_TIME
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.simulator.simulator import Simulator
from local.simulator.transport import SimulatorTransport
from local.world.bus import MemoryBus
from local.world.clock import WorldClock
from local.world.crash import CrashError, CrashPoints
from local.world.store import MemoryStore
from local.world.vault import MemoryVault
from shared.composition.assembly import assemble_services
from shared.composition.settings import Settings, read_settings
from shared.contracts.wake_up import parse_wake_up
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.domain.pace import Pace
from shared.intake.take_in import take_in
from shared.pipeline.core.services import Services
from shared.pipeline.core.wake_ups import left_to_the_sweeper
from shared.pipeline.runner import handle_wake_up
from shared.ports.evidence import EvidenceExport
from shared.upkeep.sweep import sweep

FOREVER = timedelta(days=1500)
LOOKS = 2
"""Daily looks in a row that leave an offboarding as it is, before nothing is expected of the next ones."""
PACE = Pace(parallel=1)
"""One call at a time, so that every run takes the same order."""


class CountingTransport(SimulatorTransport):
    """The simulator behind crash points: the process may die right before and right after every call."""

    def __init__(self, simulator: Simulator, crash: CrashPoints) -> None:
        super().__init__(simulator)
        self._crash = crash

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        self._crash.here(f"before {request.method} {request.path_url}")
        answer = super().send(request, *args, **options)
        self._crash.here(f"after {request.method} {request.path_url}")
        return answer


class World:
    """Build it from customers, `ask` for offboardings, `run` until nothing moves any more, look at the journal.

    `at_rest`: what holds in every world that has come to rest, whoever built it.
    """

    at_rest: ClassVar[list[Callable[[World], None]]] = []

    def __init__(
        self,
        *customers: CustomerSpec,
        scenario: Scenario | None = None,
        crash: CrashPoints | None = None,
        pace: Pace = PACE,
        clock: WorldClock | None = None,
        evidence: EvidenceExport | None = None,
        **settings: str,
    ) -> None:
        self.clock = clock or WorldClock()
        self.crash = crash or CrashPoints()
        self.scenario = scenario or Scenario(customers=customers)
        self.simulator = Simulator(self.scenario, self.clock, machine_clock=self.clock.machine)
        self.store = MemoryStore(self.crash)
        self.bus = MemoryBus(self.clock, self.crash)
        self.vault = MemoryVault(self.clock.machine, self.scenario.partner.sign_in.refresh_token)
        self.restarts = 0
        self._looks: Counter[tuple[str, ...]] = Counter()
        self._most_looks = 0
        self._pace = pace
        self._evidence = evidence
        self._settings = world_settings(self.scenario, **settings)
        self.services = self._start()

    def ask(self, customer: CustomerSpec, **fields: Any) -> str:
        """Drop a request for `customer` on the queue; returns the request id."""
        found = next(item for item in self.simulator.store.customers if item.name == customer.name)
        request = {
            "version": "1",
            "requestId": f"req-{customer.name.replace(' ', '-').lower()}",
            "customerTenantId": found.id,
            "customerDomain": found.domain,
            "requestedBy": "tests",
            "reason": "testing",
            **fields,
        }
        request = {name: value for name, value in request.items() if value is not None}
        self.drop(json.dumps(request).encode(), message_id=str(request["requestId"]))
        return str(request["requestId"])

    def drop(self, body: bytes, message_id: str = "m-1") -> None:
        """Put any bytes on the request queue."""
        now = self.clock.now()
        self.bus.queued.append(OutboundMessage(message_id, Destination.REQUESTS, body, now))

    def run(self, for_at_most: timedelta | None = None, steps: int = 2000, *, looks: int | None = None) -> None:
        """Deliver messages and let business time pass until every offboarding rests, or the time is over.

        One that needs a person rests after so many daily `looks` in a row that change nothing; without a number some
        are waited for in a run that has no end, and none in one that ends `for_at_most` later.
        """
        ends = self.clock.now() + (FOREVER if for_at_most is None else for_at_most)
        self._looks.clear()
        self._most_looks = looks if looks is not None else LOOKS if for_at_most is None else 0
        if any(not self.step(ends) for _ in range(steps)):
            for check in self.at_rest:
                check(self)
            return
        raise AssertionError(f"the world did not come to rest within {steps} steps")

    def step(self, ends: datetime) -> bool:
        """Deliver one message, or let time pass until the next date before `ends`; False when there is neither."""
        message = self.bus.take()
        if message is None:
            return self._let_time_pass(ends)
        self._survive(message)
        return True

    def deliver(self, message: OutboundMessage) -> None:
        """What the Functions host does with one message."""
        if message.destination is Destination.REQUESTS:
            take_in(message.body, message.id, self.services)
            return
        stage = message.stage or Stage.PLAN
        handle_wake_up(parse_wake_up(message.body, stage), self.services)

    def offboarding(self, request_id: str) -> Offboarding:
        """The offboarding of a request."""
        for item in self.all():
            if item.request.request_id == request_id:
                return item
        raise KeyError(request_id)

    def all(self) -> list[Offboarding]:
        """Every offboarding, oldest first."""
        from shared.ports.store import Filter

        return list(reversed(self.store.find(Filter(limit=100_000)).items))

    def events(self, request_id: str | None = None) -> list[dict[str, Any]]:
        """What reached the topic, as CloudEvents."""
        found = [json.loads(item.body) for item in self.bus.events]
        return [item for item in found if request_id in (None, item["data"]["requestId"])]

    def journal(self) -> list[dict[str, Any]]:
        """Every call that the tenant saw."""
        return [entry.to_json() for entry in self.simulator.journal.since(0) if entry.method != BY_TIME]

    def new_terms(self) -> list[tuple[str, str]]:
        """(effect, length) of every paid term that began by itself, in order."""
        entries = (entry for entry in self.simulator.journal.since(0) if entry.method == BY_TIME)
        return [(effect.name, effect.detail or "") for entry in entries for effect in entry.effects]

    def tenant(self) -> list[dict[str, Any]]:
        """The simulated customers, with what blocks their removal now."""
        from local.simulator.messages import Request

        state: dict[str, Any] = self.simulator.handle(Request.of("GET", "/_simulator/state")).json()
        return list(state["customers"])

    def _survive(self, message: OutboundMessage) -> None:
        try:
            self.deliver(message)
        except CrashError:
            # Killed: the message was not completed, so it comes back; a new process starts; the dead claim expires.
            self.restarts += 1
            self.crash.at = None
            self.bus.queued.append(replace(message, scheduled_at=None))
            self.services = self._start()

    def _let_time_pass(self, ends: datetime) -> bool:
        now = self.clock.now()
        dates = [self.bus.next_due()]
        there = self.all()
        for item in there:
            if item.status in RUNNABLE and item.next_attempt_at is not None:
                if item.claim is None:
                    waits = left_to_the_sweeper(item, self._pace)
                    dates.append(item.next_attempt_at + (timedelta(0) if waits else self._pace.sweep_grace))
                else:  # of a handler that died: nobody acts before it has run out
                    expiry = now + max(item.claim.expires_at - self.clock.machine(), timedelta(0))
                    dates.append(max(expiry, item.next_attempt_at))
            elif item.status is Status.NEEDS_ATTENTION and self._may_pass(item):
                dates.append(item.next_attempt_at)
            if self.store.outbox(item.id):
                dates.append(now + self._pace.sweep_grace)
        due = [date for date in dates if date is not None]
        if not due or min(due) > ends:
            return False
        step = max(min(due) - now, timedelta(0))
        for item in there:
            if item.status is Status.NEEDS_ATTENTION and item.next_attempt_at == min(due):
                self._looks[_asks(item)] += 1
        if any(item.claim is not None for item in there):
            self.clock.pass_machine(max(step, timedelta(seconds=1)))
        else:
            self.clock.advance(step)
        if self.bus.next_due() is None or (self.bus.next_due() or now) > self.clock.now():
            self.sweep()
        return True

    def _may_pass(self, item: Offboarding) -> bool:
        return self._looks[_asks(item)] < self._most_looks

    def sweep(self) -> None:
        """One round of the sweeper, survived like a message."""
        try:
            sweep(self.services)
        except CrashError:
            self.restarts += 1
            self.crash.at = None
            self.services = self._start()

    def _start(self) -> Services:
        """A process: new sessions and caches over what lasts."""
        session = requests.Session()
        session.trust_env = False
        transport = CountingTransport(self.simulator, self.crash)
        session.mount("http://", transport)
        session.mount("https://", transport)
        services = assemble_services(self._settings, session, self.store, self.bus, self.clock, self.vault, self._sleep)
        return replace(services, pace=self._pace, evidence=self._evidence)

    def _sleep(self, seconds: float) -> None:
        """A call that waits for its turn lets time pass for everybody."""
        self.clock.pass_machine(timedelta(seconds=seconds))


def _asks(item: Offboarding) -> tuple[str, ...]:
    """What it asks a person for; the words may differ from day to day."""
    return item.id, item.stage or "", item.reason.code if item.reason else ""


def world_settings(scenario: Scenario, **more: str) -> Settings:
    """Settings that sign in to the simulated tenant."""
    partner = scenario.partner
    values = {
        "OFFBOARDING_MODE": "live",
        "OFFBOARDING_PARTNER_TENANT_ID": partner.tenant_id,
        "OFFBOARDING_CLIENT_ID": partner.sign_in.client_id,
        "OFFBOARDING_CLIENT_SECRET": partner.sign_in.client_secret,
        "OFFBOARDING_REFRESH_TOKEN_FILE": "unused",
        "OFFBOARDING_SQLITE_FILE": ":memory:",
        "OFFBOARDING_CALLS_PER_MINUTE": "1000000",
        "ServiceBus": "unused",
        "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
        "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
        # People sign in, so that plans may need their approval.
        "WEBSITE_AUTH_ENABLED": "true",
        "WEBSITE_HOSTNAME": "localhost",
        **more,
    }
    return read_settings(values)
