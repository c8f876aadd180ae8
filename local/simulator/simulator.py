"""The simulated partner tenant: one object that answers requests, journals them and lets time pass."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from local.simulator.agenda import Agenda, Happened
from local.simulator.clock import Clock, machine_now
from local.simulator.exchange import Outcome, perform, service_for
from local.simulator.faults.effects import afterwards, instead
from local.simulator.faults.engine import FaultEngine, Fired
from local.simulator.faults.models import MutateFault
from local.simulator.journal import BY_TIME, Entry, Journal
from local.simulator.knobs import Knobs
from local.simulator.messages import Request, Response
from local.simulator.persistence import Database
from local.simulator.rules.blockers import Blocker, blockers
from local.simulator.scenario.apply_change import apply_change
from local.simulator.scenario.build import build_partner, fill_store
from local.simulator.scenario.change import Change
from local.simulator.scenario.models import Scenario
from local.simulator.services.call import Call, Service
from local.simulator.services.control.routes import CONTROL_PREFIX, control
from local.simulator.services.throttle import Throttle
from local.simulator.tenant.records import Partner
from local.simulator.tenant.store import Store

_PARTNER = TypeAdapter(Partner)
_log = logging.getLogger(__name__)


class Simulator:
    """Answers requests as the four services would. Thread-safe: one request at a time.

    *handle* never raises for anything a caller sends. With a data folder every change and the journal entry
    are committed before *handle* returns, so that a process that dies keeps what it answered.
    """

    def __init__(
        self,
        scenario: Scenario,
        clock: Clock,
        data: Path | None = None,
        machine_clock: Callable[[], datetime] = machine_now,
    ) -> None:
        self.clock = clock
        self.machine_clock = machine_clock
        self.lock = threading.RLock()
        self.throttle = Throttle()
        self._database = Database(data) if data is not None else None
        self._last_now = clock.now()
        stored = self._database.meta("partner") if self._database else None
        if self._database is not None and stored is not None:
            self.partner = _PARTNER.validate_json(stored)
            self.knobs = Knobs.model_validate_json(self._database.meta("knobs") or "{}")
            self.signing_key = bytes.fromhex(self._database.meta("key") or "")
            self.faults = FaultEngine(self._database.meta("faults"))
            self.store = self._database.load_store()
            self.journal = Journal(self._database.load_journal())
            self._catch_up(self._database.meta("now"))
        else:
            self.partner = build_partner(scenario.partner, scenario.people)
            self.knobs = scenario.knobs
            self.signing_key = os.urandom(32)
            self.faults = FaultEngine()
            self.store = Store()
            self.journal = Journal()
            fill_store(self.store, scenario, self._last_now)
            self._start_database()
        self.agenda = Agenda(self.store)
        for table in self.store.tables:
            self.agenda.note(table, self.knobs)

    def handle(self, request: Request) -> Response:
        """Answer one request, after the tenant was brought up to now."""
        with self.lock:
            now = self.settle()
            if request.path.startswith(CONTROL_PREFIX):
                return control(self, request, now)
            call = self._call(request, now)
            fired = self.faults.fire(request, self.journal.next_seq) if self.faults.armed else []
            self._mutate(fired, "before", now)
            outcome = self._perform(call, fired)
            self._commit(self._entry(call, outcome, fired))
            self._mutate(fired, "after", now)
            return afterwards(fired, outcome.response) if fired else outcome.response

    def removal_blockers(self, customer: str) -> tuple[Blocker, ...]:
        """The oracle: what keeps the relationship from going, now, by the documented preconditions and the knobs.

        *customer* is a tenant id, a domain or a name; empty means that it may go. KeyError for an unknown one.
        """
        with self.lock:
            now = self.settle()
            for one in self.store.customers:
                if customer.lower() in {one.id, one.domain.lower(), one.name.lower()}:
                    return blockers(self.store, one.id, self.knobs, now)
        raise KeyError(customer)

    def settle(self) -> datetime:
        """Let everything happen that is due by now; returns that moment, which never goes back."""
        now = self._last_now = max(self.clock.now(), self._last_now)
        if self.agenda.run(now, self.knobs):
            self._commit(*(self._by_time(one) for one in self.agenda.happened()))
        return now

    def change(self, change: Change, now: datetime) -> None:
        """Carry out somebody else's change at once. ValueError if it does not fit."""
        try:
            apply_change(self.store, change, self.knobs, now)
        except ValueError:
            self.agenda.note(self.store.rollback(), self.knobs)
            raise

    def advance_clock(self, by: timedelta) -> datetime:
        """Move business time and let everything happen that then is due; returns the new moment."""
        self.clock.advance(by)
        now = self.settle()
        self._commit(meta=(("now", now.isoformat()),))
        return now

    def set_knobs(self, knobs: Knobs) -> None:
        """Replace the knobs."""
        self.knobs = knobs
        for table in self.store.tables:
            self.agenda.note(table, knobs)
        self._commit(meta=(("knobs", knobs.model_dump_json(by_alias=True)),))

    def save(self) -> None:
        """Commit what control requests changed."""
        self._commit()

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            if self._database is not None:
                self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, request: Request, now: datetime) -> Call:
        return Call(
            request=request,
            now=now,
            machine_now=self.machine_clock(),
            store=self.store,
            knobs=self.knobs,
            partner=self.partner,
            signing_key=self.signing_key,
        )

    def _perform(self, call: Call, fired: list[Fired]) -> Outcome:
        replaced = instead(fired, service_for(call)) if fired else None
        if replaced is not None:
            return Outcome(replaced[0], replaced[1])
        return perform(call, self.throttle)

    def _mutate(self, fired: list[Fired], when: str, now: datetime) -> None:
        """Somebody else's changes around the call, committed on their own; one that does not fit is logged."""
        for one in fired:
            if isinstance(one.action, MutateFault) and one.action.when == when:
                try:
                    self.change(one.action.change, now)
                except ValueError as error:
                    _log.error("fault %s could not be carried out: %s", one.name, error)
                self._commit()

    def _entry(self, call: Call, outcome: Outcome, fired: list[Fired]) -> Entry:
        request, token = call.request, service_for(call) is Service.TOKEN
        return Entry(
            seq=self.journal.next_seq,
            time=call.now,
            machine_time=call.machine_now,
            method=request.method,
            path=request.path,
            query="" if token else request.query,
            status=outcome.response.status,
            code=outcome.code,
            effects=outcome.effects,
            customer=call.customer,
            holding=call.holding,
            request_id=request.header("ms-requestid") or request.header("x-ms-client-request-id"),
            replayed=outcome.replayed,
            faults=tuple(one.name for one in fired),
            retry_after=outcome.response.headers.get("Retry-After"),
            routed=outcome.routed,
        )

    def _by_time(self, happened: Happened) -> Entry:
        """The entry of what time did; its place in the journal is given when it is committed."""
        at, effect = happened.at, happened.effect
        return Entry(
            seq=0,
            time=at,
            machine_time=self.machine_clock(),
            method=BY_TIME,
            path="",
            query="",
            status=0,
            effects=(effect,),
            customer=happened.customer_id,
            holding=effect.holding,
        )

    def _commit(self, *entries: Entry, meta: tuple[tuple[str, str], ...] = ()) -> None:
        changes = self.store.changes()
        first = self.journal.next_seq
        entries = tuple(replace(entry, seq=first + at) for at, entry in enumerate(entries))
        if self.faults.changed:
            meta = (*meta, ("faults", self.faults.dump()))
            self.faults.changed = False
        if self._database is not None and (changes or entries or meta):
            self._database.write(changes, entries, meta)
        self.store.commit()
        for entry in entries:
            self.journal.append(entry)
        self.agenda.note((record for _, _, record in changes if record is not None), self.knobs)

    def _catch_up(self, reached: str | None) -> None:
        """Business time never falls behind what was reached, even if the clock file was lost."""
        if reached is not None:
            behind = datetime.fromisoformat(reached) - self.clock.now()
            self.clock.advance(max(behind, timedelta(0)))
            self._last_now = self.clock.now()

    def _start_database(self) -> None:
        if self._database is None:
            self.store.commit()
            return
        meta = (
            ("knobs", self.knobs.model_dump_json(by_alias=True)),
            ("key", self.signing_key.hex()),
            ("partner", _PARTNER.dump_json(self.partner).decode()),
        )
        self._database.write(self.store.changes(), (), meta)
        self.store.commit()
