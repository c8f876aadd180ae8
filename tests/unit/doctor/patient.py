"""A probe on a simulated tenant in this process: everything real but the sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import requests

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import PartnerSpec, Scenario
from local.simulator.simulator import Simulator
from local.simulator.transport import SimulatorTransport
from local.world.clock import WorldClock
from local.world.crash import CrashPoints
from local.world.store import MemoryStore
from local.world.vault import MemoryVault
from local.world.world import world_settings
from shared.composition.connections import connect
from shared.composition.doctor.checks import examine
from shared.composition.doctor.probe import Finding, Probe
from shared.ports.sign_in import TokenVault


class Dated(SimulatorTransport):
    """Answers with a Date header, as every server does, `skew` away from this machine's clock."""

    def __init__(self, simulator: Simulator, now: Callable[[], datetime], skew: timedelta) -> None:
        super().__init__(simulator)
        self._now, self._skew = now, skew

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        answer = super().send(request, *args, **options)
        answer.headers["Date"] = format_datetime((self._now() + self._skew).astimezone(UTC), usegmt=True)
        return answer


class Patient:
    """`sign_in` are the simulator's knobs; `lost` the queues that cannot be reached; `settings` more settings."""

    def __init__(
        self,
        *,
        skew: timedelta = timedelta(0),
        lost: Mapping[str, str] | None = None,
        partner: PartnerSpec | None = None,
        settings: Mapping[str, str] | None = None,
        **sign_in: Any,
    ) -> None:
        knobs = Knobs.model_validate({"signIn": {"deviceLag": "PT0S"} | sign_in})
        self.clock = WorldClock()
        self.scenario = Scenario(partner=partner or PartnerSpec(), knobs=knobs)
        self.simulator = Simulator(self.scenario, self.clock, machine_clock=self.clock.machine)
        self.vault = MemoryVault(self.clock.machine, self.scenario.partner.sign_in.refresh_token)
        self.settings = world_settings(self.scenario, **(settings or {}))
        self.store = MemoryStore(CrashPoints())
        self.lost = dict(lost or {})
        self.session = requests.Session()
        self.session.trust_env = False
        transport = Dated(self.simulator, self.clock.machine, skew)
        self.session.mount("https://", transport)
        self.session.mount("http://", transport)

    def probe(self, vault: TokenVault | None = None) -> Probe:
        """What the doctor looks at."""
        connections = connect(self.settings, self.session, self.clock, vault or self.vault)
        return Probe(self.settings, connections, self.store, self.clock.machine, lambda: self.lost)

    def findings(self) -> dict[str, Finding]:
        """What the doctor finds, by check."""
        return {finding.check: finding for finding in examine(self.probe())}
