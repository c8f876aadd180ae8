"""The app registration that signs in, and the MSAL client for one exchange of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msal

from shared.adapters.entra.credentials import ClientCredential
from shared.adapters.entra.http import SERVICE, EntraHttp, LoginHttp
from shared.adapters.http.tokens import Audience
from shared.domain.errors import UnreadableAnswerError


@dataclass(frozen=True, slots=True)
class Application:
    """The app registration that signs in, in the partner's tenant; `resources` are those of the configured cloud."""

    partner_tenant_id: str
    client_id: str
    credential: ClientCredential
    resources: Mapping[Audience, str]

    def scope(self, audience: Audience) -> str:
        """Delegated; Graph's are those that were consented to."""
        ending = ".default" if audience is Audience.GRAPH else "user_impersonation"
        return f"{self.resources[audience]}/{ending}"


class _Forgetful(msal.TokenCache):  # type: ignore[misc]  # msal has no types
    """MSAL's own memory, switched off: tokens are kept by TokenCache, and not a second time."""

    def add(self, event: object, now: object = None) -> None:
        """Keep nothing."""


def msal_client(
    kind: Callable[..., Any], login_http: LoginHttp, application: Application, tenant_id: str, http: EntraHttp
) -> Any:
    """An MSAL client of `kind`, to be used for one exchange.

    A new one each time: it remembers refusals for a minute, and would hide that somebody has fixed the sign-in.
    Instance discovery is off because the authority is one that MSAL knows, regions because they are for other grants.
    Raises UnreadableAnswerError when the login service describes itself in a way that is not understood.
    """
    try:
        return kind(
            application.client_id,
            client_credential=application.credential.for_msal(),
            authority=f"{login_http.authority}/{tenant_id}",
            http_client=http,
            token_cache=_Forgetful(),
            instance_discovery=False,
            azure_region=False,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        name = type(error).__name__
    # Outside of the except block: the exception may carry the credential.
    raise UnreadableAnswerError(f"the login service's configuration is not understood ({name})", service=SERVICE)
