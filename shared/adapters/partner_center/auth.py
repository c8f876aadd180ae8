"""RefreshTokenSource: App+User tokens from a stored refresh token (Secure Application Model).

Partner Center and Graph tokens are of the partner's tenant, Azure tokens of the customer's. The refresh token has to
come from a sign-in with multifactor authentication. No secret appears in a message, a log line, a repr or a URL (I12).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

import requests

from shared.adapters.http.answer import document
from shared.adapters.http.call import Call, guid
from shared.adapters.http.record import Record
from shared.adapters.http.throttle import ThrottleGuard
from shared.adapters.http.tokens import Audience, IssuedToken, TokenCache
from shared.adapters.http.transport import Anonymous, Timeouts, checked_base_url, transmit
from shared.adapters.partner_center.sign_in import sign_in_failure
from shared.domain.errors import SignInRequiredError, ThrottledError, UnreadableAnswerError

log = logging.getLogger(__name__)
SERVICE = "Microsoft Entra"
SCOPES: Mapping[Audience, str] = MappingProxyType(
    {
        Audience.PARTNER_CENTER: "https://api.partnercenter.microsoft.com/user_impersonation",
        Audience.GRAPH: "https://graph.microsoft.com/.default",
        Audience.AZURE: "https://management.azure.com/user_impersonation",
    }
)
"""Of the global cloud; other clouds configure their own."""
SHORTEST_LIFE = 60.0
"""Seconds assumed for an answer that does not say how long its token lives."""


@dataclass(frozen=True, slots=True)
class Application:
    """The app registration that signs in, in the partner's tenant."""

    partner_tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


def _keep_old(refresh_token: str) -> None:
    """Workers never store refresh tokens: the old one stays valid, and one daily job stores the new one."""


class RefreshTokenSource:
    """A TokenSource that redeems the refresh token of `refresh_token()`.

    `renewed` receives the new refresh token of an answer that has one; an answer without keeps the old one. Raises
    SignInRequiredError when the refresh token is not accepted, RefusedError when only the customer's tenant refuses.
    """

    def __init__(
        self,
        authority: str,
        application: Application,
        refresh_token: Callable[[], str],
        session: requests.Session,
        timeouts: Timeouts,
        *,
        now: Callable[[], datetime],
        scopes: Mapping[Audience, str] = SCOPES,
        renewed: Callable[[str], None] = _keep_old,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authority = checked_base_url("authority", authority)
        self._application = application
        self._refresh_token = refresh_token
        self._session = session
        self._timeouts = timeouts
        self._now = now
        self._scopes = scopes
        self._renewed = renewed
        self._guard = ThrottleGuard(SERVICE, now)
        self._cache = TokenCache(self.redeem, monotonic)

    def token(self, audience: Audience, tenant_id: str, refused: str = "") -> str:
        """See TokenSource."""
        return self._cache.token(audience, tenant_id, refused)

    def redeem(self, audience: Audience, tenant_id: str) -> IssuedToken:
        """A new access token, past the cache. Redeeming twice is harmless: older refresh tokens stay valid."""
        self._guard.check()
        refresh_token = self._refresh_token().strip()
        if not refresh_token:
            raise SignInRequiredError("no refresh token is stored", service=SERVICE)
        form = {
            "grant_type": "refresh_token",
            "client_id": self._application.client_id,
            "client_secret": self._application.client_secret,
            "refresh_token": refresh_token,
            "scope": f"{self._scopes[audience]} offline_access",
        }
        call = Call("POST", f"/{guid('tenantId', tenant_id)}/oauth2/v2.0/token", tenant_id)
        headers = {"Accept": "application/json"}
        answer = transmit(self._session, SERVICE, self._authority, call, headers, Anonymous(), self._timeouts, form)
        if not answer.ok:
            # An error text may quote what was sent.
            for secret in filter(None, (refresh_token, self._application.client_secret)):
                answer = replace(answer, body=answer.body.replace(secret.encode(), b"[secret]"))
        log.debug("%s token for %s in %s -> %d", SERVICE, audience.value, tenant_id, answer.status)
        foreign = tenant_id.lower() != self._application.partner_tenant_id.lower()
        error = sign_in_failure(SERVICE, call, answer, self._now(), foreign=foreign)
        if isinstance(error, ThrottledError) and error.retry_after is not None:
            self._guard.hold(error.retry_after)
        if error is not None:
            raise error
        return self._issued(Record(document(answer, f"{SERVICE} token"), f"{SERVICE} token"), refresh_token)

    def _issued(self, record: Record, old_refresh_token: str) -> IssuedToken:
        value = record.text("access_token")
        if value is None:
            raise UnreadableAnswerError("the answer has no access_token", service=SERVICE)
        new_refresh_token = record.text("refresh_token")
        if new_refresh_token is not None and new_refresh_token != old_refresh_token:
            self._renewed(new_refresh_token)
        return IssuedToken(value, float(record.integer("expires_in") or SHORTEST_LIFE))
