"""The connections to Microsoft that settings describe: the sign-in, and one client for each service."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.entra.application import Application
from shared.adapters.entra.http import LoginHttp
from shared.adapters.entra.sign_in import EntraSignIn
from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.graph.error_map import graph_rules
from shared.adapters.http.failures import Rules
from shared.adapters.http.rate import RateLimiter
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.throttle import ThrottleBoard
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.adapters.partner_center.error_map import partner_center_rules
from shared.adapters.reservations.error_map import azure_rules
from shared.composition.settings import ClientAuth, Settings
from shared.composition.settings.endpoints import CLOUDS, EXCHANGES
from shared.ports.clock import Clock
from shared.ports.sign_in import TokenVault

if TYPE_CHECKING:
    import requests
    from azure.identity import DefaultAzureCredential

    from shared.adapters.entra.credentials import ClientCredential

PARTNER_CENTER = "Partner Center"


@dataclass(frozen=True, slots=True)
class Connections:
    """What everything else is built on, with the application that signs in and where its tokens come from."""

    application: Application
    login_http: LoginHttp
    vault: TokenVault
    tokens: RefreshTokenSource
    sign_in: EntraSignIn
    partner_center: ServiceClient
    graph: ServiceClient
    azure: ServiceClient


def connect(
    settings: Settings,
    session: requests.Session,
    clock: Clock,
    vault: TokenVault,
    board: ThrottleBoard | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Connections:
    """Opens nothing yet; raises SettingsError for a certificate that cannot be used. `board` shares what the services
    ask to wait for with other processes, `sleep` is how a call waits for its turn (seconds of machine time)."""
    board = board or ThrottleBoard(clock.now)
    timeouts = timeouts_of(settings)
    application = application_of(settings)
    login_http = LoginHttp(CLOUDS[settings.cloud].login, settings.endpoints.login, session, timeouts, clock.now, board)
    tokens = RefreshTokenSource(login_http, application, vault, monotonic=clock.monotonic)

    def client(name: str, url: str, audience: Audience, rules: Rules, limiter: RateLimiter | None) -> ServiceClient:
        return ServiceClient(
            name, url, audience, tokens, session, timeouts, now=clock.now, rules=rules, limiter=limiter, board=board
        )

    urls = settings.endpoints
    limiter = RateLimiter(settings.calls_per_minute, service=PARTNER_CENTER, monotonic=clock.monotonic, sleep=sleep)
    return Connections(
        application,
        login_http,
        vault,
        tokens,
        EntraSignIn(tokens, application, vault, clock.machine),
        client(PARTNER_CENTER, urls.partner_center, Audience.PARTNER_CENTER, partner_center_rules, limiter),
        client("Microsoft Graph", urls.graph, Audience.GRAPH, graph_rules, None),
        client("Azure", urls.azure, Audience.AZURE, azure_rules, None),
    )


def timeouts_of(settings: Settings) -> Timeouts:
    """One call's time-outs; all of them together are `Pace.longest_call`."""
    pace = settings.pace
    seconds = pace.call_timeout.total_seconds()
    return Timeouts(connect=pace.connect_timeout.total_seconds(), read=seconds, body=seconds)


def application_of(settings: Settings) -> Application:
    """The app registration with its credential; tokens are asked for the cloud's own resources."""
    own = CLOUDS[settings.cloud]
    resources = {
        Audience.PARTNER_CENTER: own.partner_center,
        Audience.GRAPH: own.graph,
        Audience.AZURE: own.azure,
    }
    return Application(settings.partner_tenant_id, settings.sign_in.client_id, _credential(settings), resources)


def vault_of(settings: Settings) -> TokenVault:
    """Key Vault in Azure, a file on one machine."""
    sign_in = settings.sign_in
    if sign_in.refresh_token_file is not None:
        from shared.adapters.vault.file import FileVault

        return FileVault(sign_in.refresh_token_file)
    from shared.adapters.vault.key_vault import KeyVaultVault

    return KeyVaultVault(sign_in.key_vault_url, sign_in.refresh_token_name, identity_of(settings))


def identity_of(settings: Settings) -> DefaultAzureCredential:
    """The managed identity in Azure, and whoever is signed in with az elsewhere."""
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential(managed_identity_client_id=settings.managed_identity_client_id or None)


def _credential(settings: Settings) -> ClientCredential:
    from shared.adapters.entra.credentials import ClientCertificate, ClientSecret, FederatedIdentity

    sign_in = settings.sign_in
    if sign_in.client_auth is ClientAuth.CERTIFICATE:
        return ClientCertificate(sign_in.client_certificate)
    if sign_in.client_auth is ClientAuth.FEDERATED:
        from azure.identity import ManagedIdentityCredential

        # The managed identity alone: no developer's account may stand in for it.
        identity = ManagedIdentityCredential(client_id=settings.managed_identity_client_id or None)
        return FederatedIdentity(identity, EXCHANGES[settings.cloud])
    return ClientSecret(sign_in.client_secret)
