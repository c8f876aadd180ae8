"""How the application proves itself to the token endpoint: client secret, certificate, or a managed identity's token.

Sources: "Certificate credentials", "Configure an application to trust a managed identity".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from shared.domain.errors import SettingsError, SignInRequiredError

EXCHANGE = "api://AzureADTokenExchange/.default"
"""The scope whose tokens a federated credential of the global cloud trusts; other clouds have their own."""


class ClientCredential(Protocol):
    """Something that MSAL takes as `client_credential`."""

    def for_msal(self) -> object:
        """A secret, or a mapping as MSAL documents it."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret of the app registration. They expire; certificates and managed identities are better."""

    value: str = field(repr=False)

    def for_msal(self) -> object:
        return self.value


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate with its unencrypted private key, both in `pem`. MSAL signs an assertion with it (PS256)."""

    pem: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raises SettingsError when the text holds no key or no certificate; it is never quoted."""
        try:
            load_pem_private_key(self.pem.encode(), password=None)
            load_pem_x509_certificate(self.pem.encode())
        except (ValueError, TypeError):
            damaged = True
        else:
            damaged = False
        if damaged:
            raise SettingsError(
                "the client certificate must be PEM with an unencrypted private key and the certificate "
                "(openssl pkcs12 -in FILE.pfx -out FILE.pem -nodes; in Key Vault: content type application/x-pem-file)"
            )

    def for_msal(self) -> object:
        return {"private_key": self.pem, "public_certificate": self.pem}


@dataclass(frozen=True, slots=True)
class FederatedIdentity:
    """A managed identity that the app registration trusts: no secret anywhere. Its token is the client assertion."""

    identity: TokenCredential = field(repr=False)
    scope: str = EXCHANGE

    def for_msal(self) -> object:
        return {"client_assertion": self._assertion}

    def _assertion(self) -> str:
        try:
            return self.identity.get_token(self.scope).token
        except AzureError as error:
            kind = type(error).__name__
        raise SignInRequiredError(
            f"the managed identity gave no token ({kind}): it is missing, or OFFBOARDING_CLIENT_AUTH is federated "
            "where there is none",
            service="managed identity",
        )
