"""EntraSignIn: the SignIn port. What the token in use says, and the daily renewal of the refresh token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.adapters.entra.application import Application
from shared.adapters.entra.claims import read_claims
from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.http.tokens import Audience
from shared.ports.sign_in import Claims, TokenVault

log = logging.getLogger(__name__)
PARTNER_CENTER_APP = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"
"""The application id of Partner Center's API: v2 tokens may name it instead of the address."""


class EntraSignIn:
    """`machine` is machine time: tokens age in it."""

    def __init__(
        self, tokens: RefreshTokenSource, application: Application, vault: TokenVault, machine: Callable[[], datetime]
    ) -> None:
        self._tokens = tokens
        self._application = application
        self._vault = vault
        self._machine = machine

    def claims(self) -> Claims:
        """See SignIn."""
        tenant = self._application.partner_tenant_id
        return read_claims(self._tokens.token(Audience.PARTNER_CENTER, tenant))

    def right_audience(self, claims: Claims) -> bool:
        """See SignIn."""
        address = self._application.resources[Audience.PARTNER_CENTER]
        return claims.audience.rstrip("/") in {address, PARTNER_CENTER_APP, f"api://{PARTNER_CENTER_APP}"}

    def forget(self) -> None:
        """See SignIn."""
        self._tokens.forget(Audience.PARTNER_CENTER, self._application.partner_tenant_id)

    def renew(self) -> bool:
        """See SignIn.

        Dying after the redemption and before the write loses nothing: Entra does not revoke the older token, and the
        next day tries again. An answer without a refresh token keeps the old one, whose age then goes on. A token that
        was stored meanwhile is kept, too: it is of a newer sign-in (the consent command), or another renewal's.
        """
        old = self._vault.read().value
        redeemed = self._tokens.redeem(Audience.PARTNER_CENTER, self._application.partner_tenant_id, old)
        if redeemed.refresh_token is None:
            return False
        # No vault writes on a condition: a consent between this read and the write is lost (milliseconds a day).
        if self._vault.read().value != old:
            log.warning("the refresh token was replaced during its renewal; the newer one is kept")
            return True
        self._vault.write(redeemed.refresh_token)
        return True

    def age(self) -> timedelta:
        """See SignIn."""
        return self._machine() - self._vault.read().stored_at
