"""A login service that describes itself and then answers from a list, and a token source built on it."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from requests.structures import CaseInsensitiveDict

from local.world.vault import MemoryVault
from shared.adapters.entra.application import Application
from shared.adapters.entra.credentials import ClientCredential, ClientSecret
from shared.adapters.entra.http import LoginHttp
from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from tests.unit.adapters.fake_http import NOW, PARTNER, Script, session_of

AUTHORITY = "https://login.microsoftonline.com"
ADDRESS = "https://login.example.test"
SECRET, REFRESH = "client~secret", "0.refresh-token"
RESOURCES = {
    Audience.PARTNER_CENTER: "https://api.partnercenter.microsoft.com",
    Audience.GRAPH: "https://graph.microsoft.com",
    Audience.AZURE: "https://management.azure.com",
}


@dataclass
class Login(Script):
    """`discovery` is formatted with the root of the tenant; discoveries are counted and not in `asked`."""

    discoveries: int = 0
    discovery: str = (
        '{{"token_endpoint": "{0}/oauth2/v2.0/token", "authorization_endpoint": "{0}/oauth2/v2.0/authorize",'
        ' "device_authorization_endpoint": "{0}/oauth2/v2.0/devicecode", "issuer": "{0}/v2.0"}}'
    )

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        url = request.url or ""
        if not url.endswith("/v2.0/.well-known/openid-configuration"):
            return super().send(request, *args, **kwargs)
        self.discoveries += 1
        response = requests.Response()
        response.status_code = 200
        response.headers = CaseInsensitiveDict({"Content-Type": "application/json"})
        response._content = self.discovery.format(url.removesuffix("/v2.0/.well-known/openid-configuration")).encode()
        response.request = request
        response.url = url
        return response


def source_of(
    script: Login, stored: str = REFRESH, credential: ClientCredential | None = None
) -> tuple[RefreshTokenSource, MemoryVault]:
    """A source on that login service, and the vault that it reads."""
    login_http = LoginHttp(AUTHORITY, ADDRESS, session_of(script), Timeouts(), lambda: NOW)
    application = Application(PARTNER, "client-id", credential or ClientSecret(SECRET), RESOURCES)
    vault = MemoryVault(lambda: NOW, stored)
    return RefreshTokenSource(login_http, application, vault), vault
