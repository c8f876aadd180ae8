"""How the application signs in: the Secure Application Model's registration, its credential, and the refresh token."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.adapters.entra.credentials import ClientCertificate
from shared.composition.settings.reader import Reader
from shared.domain.errors import SettingsError

REFRESH_TOKEN_NAME = "partner-center-refresh-token"  # noqa: S105 - the name of the secret, not the secret
PLATFORM_REFERENCE = "@Microsoft.KeyVault("
"""What the platform leaves of a Key Vault reference that it could not resolve."""


class ClientAuth(StrEnum):
    """How the application proves itself; FEDERATED is a managed identity that the app registration trusts."""

    SECRET = "secret"  # noqa: S105 - a word
    CERTIFICATE = "certificate"
    FEDERATED = "federated"


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """The app registration in the partner's tenant.

    Of secret and certificate one is set, or none for FEDERATED. Exactly one of `key_vault_url` and `refresh_token_file`
    says where the refresh token lies.
    """

    client_id: str
    client_auth: ClientAuth
    client_secret: str = field(repr=False)
    client_certificate: str = field(repr=False)
    key_vault_url: str
    refresh_token_name: str
    refresh_token_file: Path | None


def read_sign_in(reader: Reader) -> SignInSettings:
    """The sign-in."""
    auth = reader.choice("OFFBOARDING_CLIENT_AUTH", ClientAuth, ClientAuth.SECRET)
    settings = SignInSettings(
        client_id=reader.required("OFFBOARDING_CLIENT_ID"),
        client_auth=auth,
        client_secret=_secret(reader, "OFFBOARDING_CLIENT_SECRET") if auth is ClientAuth.SECRET else "",
        client_certificate=_certificate(reader) if auth is ClientAuth.CERTIFICATE else "",
        key_vault_url=reader.base_url("OFFBOARDING_KEY_VAULT_URL"),
        refresh_token_name=reader.optional("OFFBOARDING_REFRESH_TOKEN_NAME", REFRESH_TOKEN_NAME),
        refresh_token_file=reader.path("OFFBOARDING_REFRESH_TOKEN_FILE"),
    )
    if bool(reader.optional("OFFBOARDING_KEY_VAULT_URL")) == (settings.refresh_token_file is not None):
        reader.problems.append(
            "the refresh token needs OFFBOARDING_KEY_VAULT_URL or (on one machine) OFFBOARDING_REFRESH_TOKEN_FILE, "
            "and not both"
        )
    return settings


def _secret(reader: Reader, name: str) -> str:
    value = reader.required(name)
    if value.startswith(PLATFORM_REFERENCE):
        reader.problems.append(
            f"{name} is a Key Vault reference that was not resolved: see the app's identity and vault"
        )
    return value


def _certificate(reader: Reader) -> str:
    before = len(reader.problems)
    pem = _certificate_text(reader)
    if len(reader.problems) == before:
        try:
            ClientCertificate(pem)
        except SettingsError as error:
            reader.problems.append(str(error))
    return pem


def _certificate_text(reader: Reader) -> str:
    file = reader.path("OFFBOARDING_CLIENT_CERTIFICATE_FILE")
    if file is None:
        # Line breaks of a PEM may arrive as \n in one line, from tools that know no others.
        return _secret(reader, "OFFBOARDING_CLIENT_CERTIFICATE").replace("\\n", "\n")
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no PEM"
        reader.problems.append(f"OFFBOARDING_CLIENT_CERTIFICATE_FILE cannot be read: {reason}")
        return ""
