"""Settings that say where in a vault their value is. The platform reads them for the app; on a desk nobody does.

Both forms: learn.microsoft.com/azure/app-service/app-service-key-vault-references.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

from offboard.doctor.login import LOG_IN
from shared.composition.settings.sign_in import ClientAuth
from shared.composition.settings.table import SETTINGS
from shared.domain.errors import SettingsError

REFERENCE = re.compile(r"@Microsoft\.KeyVault\((.*)\)", re.IGNORECASE | re.DOTALL)
VAULT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]")
CREDENTIALS = ("OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_CLIENT_CERTIFICATE")
NOTICES = "OFFBOARDING_NOTIFY_"
"""Of these some end in the name of a channel, such as OFFBOARDING_NOTIFY_TEAMS_URL_SALES."""
FORMS = "@Microsoft.KeyVault(SecretUri=https://…/secrets/NAME/) or (VaultName=…;SecretName=…)"


@dataclass(frozen=True, slots=True)
class Reference:
    """One secret. `version` "" is the newest."""

    vault: str
    secret: str
    version: str = ""


def resolved(settings: Mapping[str, str], read: Callable[[Reference], str] | None = None) -> Mapping[str, str]:
    """The settings with the values that their references mean; alone those that the application reads.

    Raises SettingsError naming every setting whose reference is malformed or cannot be read.
    """
    values, wrong = dict(settings), []
    read = read or read_secret
    for name, value in settings.items():
        if not (name in SETTINGS or name.startswith(NOTICES)) or REFERENCE.match(value.strip()) is None:
            continue
        try:
            values[name] = read(parse(value))
        except SettingsError as error:
            wrong.append(f"{name}: {error}")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return values


def for_the_record_alone(settings: Mapping[str, str]) -> Mapping[str, str]:
    """The settings for work on the record, which calls no partner and tells nobody: what only those need is left out.

    The vault may be lost as well, and whoever does the work need not be able to read its secrets.
    """
    kept = {name: value for name, value in settings.items() if not name.startswith(NOTICES)}
    if not any(REFERENCE.match(kept.get(name, "").strip()) for name in CREDENTIALS):
        return kept
    left = {name: value for name, value in kept.items() if name not in CREDENTIALS}
    return {**left, "OFFBOARDING_CLIENT_AUTH": ClientAuth.FEDERATED.value}


def parse(value: str) -> Reference:
    """What a reference names; raises SettingsError for one of neither form."""
    found = REFERENCE.fullmatch(value.strip())
    parts = dict(_pairs(found[1])) if found else {}
    if set(parts) == {"secreturi"}:
        address = urlsplit(parts["secreturi"])
        path = address.path.strip("/").split("/")
        if address.scheme == "https" and address.hostname and path[0] == "secrets" and 2 <= len(path) <= 3:
            return Reference(f"https://{address.hostname}", path[1], path[2] if len(path) > 2 else "")
    # A name becomes a host: anything else in it would lead the request elsewhere.
    known = {"vaultname", "secretname"} <= set(parts) <= {"vaultname", "secretname", "secretversion"}
    if known and VAULT_NAME.fullmatch(parts["vaultname"]) and parts["secretname"]:
        vault = f"https://{parts['vaultname']}.vault.azure.net"
        return Reference(vault, parts["secretname"], parts.get("secretversion", ""))
    raise SettingsError(f"is no reference into a vault that can be understood; it must be {FORMS}")


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, _, value = part.partition("=")
        found.append((name.strip().casefold(), value.strip()))
    return found


def read_secret(reference: Reference) -> str:
    """The secret's value, as whoever is signed in; raises SettingsError, which never holds a value."""
    where = f"secret {reference.secret} in {reference.vault}"
    try:
        with DefaultAzureCredential() as credential, SecretClient(reference.vault, credential) as client:
            return client.get_secret(reference.secret, reference.version or None).value or ""
    except ResourceNotFoundError:
        problem = f"there is no {where}; store it, or correct the reference"
    except HttpResponseError as error:
        if error.status_code is None and isinstance(error, ClientAuthenticationError):
            problem = f"{where} cannot be read, because nobody is signed in to Azure here; {LOG_IN}"
        elif error.status_code in (401, 403):
            problem = f"{where} may not be read; the role Key Vault Secrets User is needed there"
        else:
            problem = f"{where} cannot be read: the vault answered {error.status_code}"
    except (AzureError, ValueError):
        problem = f"{where} cannot be reached; check the name of the vault, and the network"
    raise SettingsError(problem)
