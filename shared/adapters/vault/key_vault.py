"""KeyVaultVault: the refresh token as a secret in Azure Key Vault; each renewal is a new version of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from shared.domain.errors import RemoteError, SignInRequiredError, ThrottledError, UnavailableError
from shared.ports.sign_in import StoredToken

SERVICE = "Key Vault"
LIMITS: dict[str, Any] = {"retry_total": 2, "retry_backoff_factor": 0.3, "connection_timeout": 5, "read_timeout": 10}
"""Few and short tries: a stage has a claim to keep, and what fails here is tried again by message."""


class KeyVaultVault:
    """A TokenVault on one secret. The identity needs get, and for the renewal set, on the vault's secrets."""

    def __init__(self, url: str, name: str, credential: TokenCredential, **options: Any) -> None:
        self._name = name
        self._where = f"secret {name} in {url}"
        self._client = SecretClient(url, credential, **(LIMITS | options))

    def read(self) -> StoredToken:
        """See TokenVault. `stored_at` is when the newest version was made."""
        try:
            secret = self._client.get_secret(self._name)
        except (AzureError, ValueError) as error:
            failure = self._failure(error, "read")
        else:
            value = (secret.value or "").strip()
            if not value:
                raise SignInRequiredError(f"{self._where} is empty: sign in and store it", service=SERVICE)
            return StoredToken(value, secret.properties.created_on or datetime.now(UTC))
        # Raised outside of the except block: an exception of the SDK carries request and answer (I12).
        raise failure

    def write(self, value: str) -> None:
        """See TokenVault. Written twice it is two versions with the same value, of which the newest counts."""
        try:
            self._client.set_secret(self._name, value, content_type="refresh token")
        except (AzureError, ValueError) as error:
            failure = self._failure(error, "write")
        else:
            return
        raise failure

    def _failure(self, error: Exception, verb: str) -> RemoteError:
        status = error.status_code if isinstance(error, HttpResponseError) else None
        if isinstance(error, ResourceNotFoundError):
            return SignInRequiredError(f"there is no {self._where}: sign in and store it", service=SERVICE, status=404)
        if status == 429:
            return ThrottledError(f"{self._where}: too many requests", service=SERVICE, status=status)
        if isinstance(error, ClientAuthenticationError) or status in {401, 403}:
            text = f"may not {verb} {self._where}: give the identity the vault role that {verb}s secrets"
            return SignInRequiredError(text, service=SERVICE, status=status)
        if status is not None and 400 <= status < 500:
            return SignInRequiredError(f"{self._where} cannot be {verb}: refused", service=SERVICE, status=status)
        return UnavailableError(f"{self._where} cannot be reached", service=SERVICE, status=status)
