"""A simulated tenant with a clock that stands still, and short words for calling it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.simulator.clock import ManualClock
from local.simulator.messages import Request, Response, encode
from local.simulator.scenario.build import build_partner
from local.simulator.scenario.models import Scenario
from local.simulator.simulator import Simulator

START = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
PARTNER_CENTER = "https://api.partnercenter.microsoft.com"
GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"


@dataclass
class Tenant:
    """The simulator in process. Times are business time; tokens live on machine time."""

    scenario: Scenario
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    simulator: Simulator = field(init=False)
    tokens: dict[tuple[str, str, bool], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.simulator = Simulator(self.scenario, self.clock)

    @property
    def customer(self) -> str:
        """The first customer's id."""
        return next(iter(self.simulator.store.customers)).id

    def subscription(self, index: int = 0) -> str:
        """The id of the first customer's subscription with that index."""
        return list(self.simulator.store.subscriptions.of(self.customer))[index].id

    def advance(self, **parts: float) -> None:
        """Move business time: days, hours, minutes, seconds."""
        self.clock.advance(timedelta(**parts))

    def redeem(self, scope: str, tenant_id: str, app_only: bool = False, **form: str) -> Response:
        """Ask the token endpoint."""
        partner = build_partner(self.scenario.partner)
        fields = {
            "grant_type": "client_credentials" if app_only else "refresh_token",
            "client_id": partner.client_id,
            "client_secret": partner.client_secret,
            "refresh_token": partner.refresh_token,
            "scope": f"{scope}/.default",
        } | form
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        path = f"/{tenant_id}/oauth2/v2.0/token"
        return self.simulator.handle(Request.of("POST", path, {}, body.encode()))

    def token(self, audience: str, tenant_id: str | None = None, app_only: bool = False) -> str:
        """A token, asked for once."""
        key = (audience, tenant_id or self.scenario.partner.tenant_id, app_only)
        if key not in self.tokens:
            self.tokens[key] = str(self.redeem(*key).json()["access_token"])
        return self.tokens[key]

    def call(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> Response:
        """Call Partner Center (or, with another token, anything else)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["authorization"] = f"Bearer {token or self.token(PARTNER_CENTER)}"
        raw = b"" if body is None else body if isinstance(body, bytes) else encode(body)
        return self.simulator.handle(Request.of(method, path, sent, raw))

    def get(self, path: str, **headers: str) -> Any:
        """The JSON of a GET that must work."""
        answer = self.call("GET", path, **headers)
        assert answer.status == 200, answer
        return answer.json()

    def patch_subscription(self, index: int, minimal: bool = False, **change: Any) -> Response:
        """GET, change, PATCH the full resource (or only the change, if *minimal*)."""
        path = f"/v1/customers/{self.customer}/subscriptions/{self.subscription(index)}"
        body = {} if minimal else self.get(path)
        return self.call("PATCH", path, body | change)

    def remove(self, **headers: str) -> Response:
        """Ask for the removal of the first customer's relationship."""
        return self.call(
            "PATCH",
            f"/v1/customers/{self.customer}",
            {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}},
            **headers,
        )

    def graph(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Call Microsoft Graph."""
        root = "/v1.0/tenantRelationships/delegatedAdminRelationships"
        return self.call(method, root + path, body, self.token(GRAPH), **headers)

    def arm(self, method: str, path: str, body: Any = None) -> Response:
        """Call Azure for the first customer's tenant."""
        url = f"/providers/{path}?api-version=2022-11-01"
        return self.call(method, url, body, self.token(ARM, self.customer))

    def control(self, method: str, path: str, body: Any = None) -> Response:
        """Call the simulator itself."""
        raw = b"" if body is None else encode(body)
        return self.simulator.handle(Request.of(method, f"/_simulator/{path}", {}, raw))

    def status(self, index: int = 0) -> str:
        """The true status of a subscription."""
        return list(self.simulator.store.subscriptions.of(self.customer))[index].status

    def effects(self) -> list[str]:
        """Every effect in the journal, in order."""
        return [one.name for entry in self.simulator.journal.since(1) for one in entry.effects]


def code_of(answer: Response) -> str | None:
    """The error code in any of the three shapes, as text; None for an answer that is no error."""
    if answer.status < 400:
        return None
    body = answer.json()
    return str(body["error"]["code"] if isinstance(body.get("error"), dict) else body.get("code"))
