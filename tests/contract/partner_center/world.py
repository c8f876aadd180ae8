"""A simulated partner tenant in this process, and the production adapters connected to it as they are deployed."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from local.simulator.clock import ManualClock
from local.simulator.faults.models import FaultRule
from local.simulator.journal import Entry
from local.simulator.knobs import Knobs
from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    CustomerSpec,
    GdapSpec,
    PerpetualSpec,
    ReservationSpec,
    Scenario,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.simulator import Simulator
from local.simulator.tenant.kinds import GdapStatus, Kind
from local.simulator.transport import simulator_session
from local.world.vault import MemoryVault
from shared.adapters.entra.application import Application
from shared.adapters.entra.credentials import ClientSecret
from shared.adapters.entra.http import LoginHttp
from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.failures import Rules, no_rules
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.partner_center.error_map import partner_center_rules
from shared.adapters.reservations.client import AzureReservationsClient
from shared.adapters.reservations.error_map import azure_rules
from shared.domain.errors import RemoteError
from shared.domain.holdings.records import Subscription
from shared.ports.partner import DelegatedAdmin, PartnerCenter, Reservations

RESOURCES = {
    Audience.PARTNER_CENTER: "https://api.partnercenter.microsoft.com",
    Audience.GRAPH: "https://graph.microsoft.com",
    Audience.AZURE: "https://management.azure.com",
}
START = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CUSTOMER = "c0000000-0000-4000-8000-000000000001"
OTHER = "c0000000-0000-4000-8000-000000000002"
STRANGER = "c0000000-0000-4000-8000-00000000dead"
NCE, LATE, LEGACY, PLAN = (f"5b000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))
AZURE_ONE, AZURE_TWO = (f"a2000000-0000-4000-8000-00000000000{number}" for number in range(1, 3))
RESERVATION, RESERVATION_ORDER = "2e000000-0000-4000-8000-000000000001", "2e000000-0000-4000-8000-00000000000f"
SOFTWARE_ORDER = "5f0a1b2c3d4e"  # pragma: allowlist secret

FABRIKAM = CustomerSpec(
    name="Fabrikam",
    id=CUSTOMER,
    domain="fabrikam.onmicrosoft.com",
    subscriptions=(
        SubscriptionSpec(kind=Kind.NCE_LICENCE, id=NCE, quantity=15, started="-P2D"),
        SubscriptionSpec(kind=Kind.NCE_LICENCE, id=LATE, started="-P60D"),
        SubscriptionSpec(kind=Kind.LEGACY_LICENCE, id=LEGACY, name="Legacy"),
        SubscriptionSpec(
            kind=Kind.AZURE_PLAN,
            id=PLAN,
            azure_subscriptions=(AzureSubscriptionSpec(id=AZURE_ONE), AzureSubscriptionSpec(id=AZURE_TWO)),
        ),
        SubscriptionSpec(kind=Kind.SAVINGS_PLAN),
    ),
    reservations=(ReservationSpec(id=RESERVATION, reservation_order_id=RESERVATION_ORDER, quantity=2),),
    perpetual_software=(PerpetualSpec(order_id=SOFTWARE_ORDER),),
    gdap=(GdapSpec(name="Live"), GdapSpec(name="Draft", status=GdapStatus.CREATED)),
    transfers=(TransferSpec(),),
)
NORTHWIND = CustomerSpec(name="Northwind", id=OTHER, gdap=(GdapSpec(name="Theirs"),))


class World:
    """The simulator with its clock, and one client for each port."""

    def __init__(self, knobs: Knobs | None = None, *customers: CustomerSpec, page_size: int = 500) -> None:
        self.clock = ManualClock(START)
        self.machine = START
        scenario = Scenario(knobs=knobs or Knobs(), customers=customers or (FABRIKAM, NORTHWIND))
        self.simulator = Simulator(scenario, self.clock, machine_clock=lambda: self.machine)
        self._session = simulator_session(self.simulator)
        self._timeouts = Timeouts(connect=1.0, read=10.0, body=10.0)
        partner = scenario.partner
        sign_in = partner.sign_in
        authority = "https://login.microsoftonline.com"
        login_http = LoginHttp(authority, "https://login.simulator.test", self._session, self._timeouts, self.clock.now)
        application = Application(partner.tenant_id, sign_in.client_id, ClientSecret(sign_in.client_secret), RESOURCES)
        self.tokens = RefreshTokenSource(login_http, application, MemoryVault(self.clock.now, sign_in.refresh_token))
        service = self._service("Partner Center", Audience.PARTNER_CENTER, partner_center_rules)
        graph = self._service("Microsoft Graph", Audience.GRAPH)
        self.partner_center: PartnerCenter = PartnerCenterClient(service, partner.tenant_id, page_size)
        self.reservations: Reservations = AzureReservationsClient(self._service("Azure", Audience.AZURE, azure_rules))
        self.delegated_admin: DelegatedAdmin = GraphDelegatedAdmin(graph, partner.tenant_id)
        self._ids = itertools.count(1)

    def _service(self, name: str, audience: Audience, rules: Rules = no_rules) -> ServiceClient:
        return ServiceClient(
            name,
            f"https://{audience.value.replace('_', '-')}.simulator.test",
            audience,
            self.tokens,
            self._session,
            self._timeouts,
            now=self.clock.now,
            rules=rules,
        )

    def request_id(self) -> str:
        """A new MS-RequestId."""
        return str(UUID(int=next(self._ids)))

    def subscription(self, subscription_id: str) -> Subscription:
        """One subscription of the customer, freshly read."""
        items = self.partner_center.list_subscriptions(CUSTOMER).items
        return next(item for item in items if item.id.lower() == subscription_id)

    def fault(self, path: str, action: dict[str, object], method: str | None = None) -> None:
        """The next call to `path` meets `action`."""
        match = {"pathRegex": path, "method": method}
        self.simulator.faults.add([FaultRule.model_validate({"match": match, "action": action})])

    def later(self, **span: float) -> None:
        """Business time passes."""
        self.clock.advance(timedelta(**span))

    def journal(self) -> list[Entry]:
        """Every request so far, those of the sign-in aside."""
        entries = self.simulator.journal.since(1)
        return [entry for entry in entries if not re.search("/oauth2/|/openid-configuration$", entry.path)]

    def effects(self) -> list[tuple[str, str | None]]:
        """Every real change, with the request id that made it."""
        return [(effect.name, entry.request_id) for entry in self.journal() for effect in entry.effects]


def code_of(error: RemoteError) -> tuple[int | None, str]:
    """Status and code of a refusal."""
    return error.status, error.remote_code
