"""The interactive sign-in that starts it all: a code for a browser on any device, where the person uses MFA.

Source: "OAuth 2.0 device authorization grant flow". The application proves itself as in every later redemption, so that
the refresh token is one of a confidential client; public client flows stay switched off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msal

from shared.adapters.entra.application import Application, msal_client
from shared.adapters.entra.http import SERVICE, EntraHttp, LoginHttp
from shared.adapters.entra.source import Redeemed, redeemed
from shared.adapters.http.record import Record
from shared.adapters.http.tokens import Audience
from shared.domain.errors import SignInRequiredError

PENDING = frozenset({"authorization_pending", "slow_down"})
LONGEST = 900.0
"""Seconds after which the code is given up, whatever the service says."""


class _DeviceCode(msal.PublicClientApplication):  # type: ignore[misc]  # msal has no types
    """MSAL offers device codes to public clients only; Entra takes them from confidential ones as well."""

    def __init__(self, client_id: str, **options: Any) -> None:
        msal.ClientApplication.__init__(self, client_id, **options)


class DeviceCodeSignIn:
    """One sign-in: `start` gives the text for the person, `wait` the tokens. Raises the RemoteError family."""

    def __init__(
        self,
        login_http: LoginHttp,
        application: Application,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._sleep = sleep
        self._monotonic = monotonic
        self._flow: dict[str, Any] = {}
        http = EntraHttp(login_http, application.partner_tenant_id, answerable=PENDING)
        self._app = msal_client(_DeviceCode, login_http, application, application.partner_tenant_id, http)

    def start(self) -> str:
        """Ask for a code; returns the sentence with address and code."""
        self._flow = self._app.initiate_device_flow(scopes=[self._application.scope(Audience.PARTNER_CENTER)])
        record = Record(self._flow, f"{SERVICE} device code")
        return (
            record.text("message")
            or f"Open {record.required('verification_uri')} and enter {record.required('user_code')}."
        )

    def wait(self) -> Redeemed:
        """Poll until the person has signed in; SignInRequiredError when the code expired or the person declined."""
        deadline = self._monotonic() + min(float(self._flow["expires_in"]), LONGEST)
        while self._monotonic() < deadline:
            # The service may ask for a slower pace, which MSAL notes in the flow.
            self._sleep(float(self._flow["interval"]))
            answer = self._app.acquire_token_by_device_flow(self._flow, exit_condition=lambda _: True)
            if answer.get("error") not in PENDING:
                return redeemed(answer)
        raise SignInRequiredError(
            "nobody signed in with the code in time", service=SERVICE, advice="Run python3 dev.py consent again."
        )
