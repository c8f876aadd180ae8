"""RefreshTokenSource: App+User tokens from the stored refresh token (Secure Application Model), through MSAL.

Partner Center and Graph tokens are of the partner's tenant, Azure tokens of the customer's. The refresh token has to
come from a sign-in with multifactor authentication. No secret appears in a message, a log line, a repr or a URL (I12).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msal

from shared.adapters.entra.application import Application, msal_client
from shared.adapters.entra.http import SERVICE, EntraHttp, LoginHttp
from shared.adapters.http.call import guid
from shared.adapters.http.record import Record
from shared.adapters.http.tokens import Audience, IssuedToken, TokenCache
from shared.domain.errors import UnreadableAnswerError
from shared.ports.sign_in import TokenVault

log = logging.getLogger(__name__)
SHORTEST_LIFE = 60.0
"""Seconds assumed for an answer that does not say how long its token lives."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """An access token, and the new refresh token when the answer carried one (a documented answer has none)."""

    access: IssuedToken
    refresh_token: str | None = field(repr=False)


class RefreshTokenSource:
    """A TokenSource that redeems the refresh token of the vault. It never writes to the vault: one daily job does.

    Redeeming twice is harmless: Entra does not revoke older refresh tokens. Raises SignInRequiredError when the
    refresh token is not accepted, RefusedError when only the customer's tenant refuses.
    """

    def __init__(
        self,
        login_http: LoginHttp,
        application: Application,
        vault: TokenVault,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = login_http
        self._application = application
        self._vault = vault
        self._cache = TokenCache(lambda audience, tenant: self.redeem(audience, tenant).access, monotonic)

    def token(self, audience: Audience, tenant_id: str, refused: str = "") -> str:
        """See TokenSource."""
        return self._cache.token(audience, tenant_id, refused)

    def forget(self, audience: Audience, tenant_id: str, refused: str = "") -> None:
        """See TokenSource."""
        self._cache.forget(audience, tenant_id, refused)

    def redeem(self, audience: Audience, tenant_id: str, refresh_token: str = "") -> Redeemed:
        """A new access token, past the cache, for the refresh token of the vault unless another one is given."""
        self._door.guard.check()
        refresh_token = refresh_token or self._vault.read().value
        tenant_id = guid("tenantId", tenant_id)
        foreign = tenant_id.lower() != self._application.partner_tenant_id.lower()
        http = EntraHttp(self._door, tenant_id, foreign=foreign)
        app = msal_client(msal.ConfidentialClientApplication, self._door, self._application, tenant_id, http)
        answer = app.acquire_token_by_refresh_token(refresh_token, scopes=[self._application.scope(audience)])
        log.debug("%s token for %s in %s", SERVICE, audience.value, tenant_id)
        return redeemed(answer, refresh_token)


def redeemed(answer: object, old_refresh_token: str = "") -> Redeemed:
    """The tokens of a token answer; raises UnreadableAnswerError when there is none."""
    record = Record(answer, f"{SERVICE} token")
    value = record.text("access_token")
    if value is None:
        raise UnreadableAnswerError("the answer has no access_token", service=SERVICE)
    new = record.text("refresh_token")
    life = float(record.integer("expires_in") or SHORTEST_LIFE)
    return Redeemed(IssuedToken(value, life), new if new != old_refresh_token else None)
