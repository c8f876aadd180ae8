"""The pipeline in this process, as it is deployed but for its queues: real stages, HTTP adapters and a real store."""

from __future__ import annotations

import json

from local.world.bus import MemoryBus
from local.world.vault import MemoryVault
from local.world.world import world_settings
from shared.adapters.clock import SystemClock
from shared.adapters.http.tokens import Audience
from shared.composition.assembly import assemble_services
from shared.composition.connections import connect
from shared.contracts.wake_up import parse_wake_up
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Stage
from shared.intake.take_in import take_in
from shared.pipeline.runner import handle_wake_up
from shared.ports.store import OffboardingStore
from tests.performance.tenant import Calls, Tenant, session_of

MOST_MESSAGES = 40


class Pipeline:
    """Offboards customers of a simulated tenant with a given store."""

    def __init__(self, store: OffboardingStore, tenant: Tenant) -> None:
        self.calls = Calls()
        self._tenant = tenant
        clock = SystemClock()
        self._bus = MemoryBus(clock)
        names = ("PARTNER_CENTER", "LOGIN", "GRAPH", "AZURE")
        urls = {f"OFFBOARDING_{name}_URL": tenant.url for name in names}
        settings = world_settings(tenant.scenario, OFFBOARDING_GRACE_SECONDS="0", **urls)
        vault = MemoryVault(clock.machine, tenant.scenario.partner.sign_in.refresh_token)
        session = session_of(self.calls)
        self._connections = connect(settings, session, clock, vault)
        self._services = assemble_services(settings, session, store, self._bus, clock, vault)

    def token(self, audience: Audience) -> str:
        """One that is valid for an hour."""
        return self._connections.tokens.token(audience, self._tenant.scenario.partner.tenant_id)

    def remove(self, name: str) -> None:
        """Offboard one customer until its removal was answered; raises AssertionError where it comes to something else.

        The proofs come later, after minutes: Partner Center needs them to show the effect.
        """
        found = self._tenant.customer(name)
        request = {
            "version": "1",
            "requestId": name.replace(" ", "-"),
            "customerTenantId": found["id"],
            "customerDomain": found["domain"],
            "requestedBy": "benchmark",
            "reason": "measuring",
        }
        take_in(json.dumps(request).encode(), str(request["requestId"]), self._services)
        for _ in range(MOST_MESSAGES):
            message = self._bus.take()
            if message is None:
                break
            if message.destination is Destination.REQUESTS or message.stage is None:
                continue
            if message.stage is Stage.CONFIRM:
                self._bus.queued = [item for item in self._bus.queued if item.stage is not Stage.CONFIRM]
                return
            handle_wake_up(parse_wake_up(message.body, message.stage), self._services)
        raise AssertionError(f"{name} was not removed")
