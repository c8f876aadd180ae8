"""Who calls: a token, a function key, or whoever is signed in with `az login`."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Mapping

import requests
from requests.auth import AuthBase

from offboard.operate.failures import DeniedError, UsageError

TOKEN, KEY, APP = "OFFBOARDING_TOKEN", "OFFBOARDING_KEY", "OFFBOARDING_PEOPLE_CLIENT_ID"


class Identity(AuthBase):
    """Puts token or key into a header: never into an address, an argument or a message."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        token, key, app = (environment.get(name, "").strip() for name in (TOKEN, KEY, APP))
        if not token and not key and not app:
            raise UsageError(
                f"nobody is named: run az login and set {APP} to the client id of the app registration, or set {TOKEN} "
                f"to an access token, or {KEY} to a function key, in the environment"
            )
        name, value = (TOKEN, token) if token else (KEY, key) if key else (APP, app)
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise UsageError(f"{name} is no single word of ASCII characters; set the bare value")
        self._token, self._key, self._app = token, key, app

    @property
    def program(self) -> bool:
        """A function key calls, which is no person."""
        return bool(self._key and not self._token)

    @property
    def person(self) -> str:
        """The object id that the token claims, for advice alone: nothing is allowed by it. "" where none is known."""
        part = self._token.split(".")[1] if self._token.count(".") == 2 else ""
        try:
            said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, binascii.Error):
            return ""
        return str(said.get("oid") or "") if isinstance(said, dict) else ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key and not self._token:
            request.headers["x-functions-key"] = self._key
        else:
            self._token = self._token or signed_in(self._app)
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def signed_in(app: str) -> str:
    """An access token of whoever did `az login`; raises DeniedError. It lasts longer than any command."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import AzureCliCredential, CredentialUnavailableError

    logging.getLogger("azure").setLevel(logging.CRITICAL)
    scope = f"{app if '://' in app else f'api://{app}'}/.default"
    try:
        return str(AzureCliCredential(process_timeout=60).get_token(scope).token)
    except CredentialUnavailableError:
        raise DeniedError(
            "the Azure CLI is not installed, or nobody is signed in with it", "Nothing was sent.", "Run az login."
        ) from None
    except ClientAuthenticationError:
        raise DeniedError(
            "the Azure CLI gave no token for this app",
            "Nothing was sent.",
            f"Run az login --scope {scope}, and check {APP}.",
        ) from None
