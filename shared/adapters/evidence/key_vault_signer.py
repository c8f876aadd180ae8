"""KeyVaultSigner: a key that never leaves Key Vault. Thin: the digest goes there, the signature comes back."""

from __future__ import annotations

from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.keys import JsonWebKey, KeyClient, KeyVaultKeyIdentifier
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from shared.adapters.evidence.jws import CURVE, sealed
from shared.adapters.vault.key_vault import LIMITS
from shared.domain.errors import RefusedError, RemoteError, UnavailableError
from shared.ports.evidence import Manifest

SERVICE = "Key Vault"
SIGNS = "Give the app's identity the vault role that signs with keys, and make the key."
READS = "Whoever reads it needs the role Key Vault Reader on the vault, and the version must be enabled."


class KeyVaultSigner:
    """An EvidenceSigner with the newest version of key `name`, on P-256. The identity needs get and sign on keys."""

    def __init__(self, vault_url: str, name: str, credential: TokenCredential, **options: Any) -> None:
        self._name, self._credential, self._options = name, credential, LIMITS | options
        self._where, self._vault_url = f"key {name} in {vault_url}", vault_url.rstrip("/")
        self._keys = KeyClient(vault_url, credential, **self._options)

    def sealed(self, manifest: Manifest) -> str:
        """See EvidenceSigner. `keyId` names the version that signed, so that a rotation leaves old files valid."""
        try:
            key = self._keys.get_key(self._name)
            crypto = CryptographyClient(key, self._credential, **self._options)
            public = _public(key.key, self._where)
            return sealed(
                manifest, str(key.id), public, lambda digest: crypto.sign(SignatureAlgorithm.es256, digest).signature
            )
        except (AzureError, ValueError) as error:
            failure = self._failure(error)
        # Raised outside of the except block: an exception of the SDK carries request and answer (I12).
        raise failure

    def public(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        """The public half of a version of this key, the newest or an older one; None for the id of any other key.

        A version that was disabled is refused: so a key that leaked is believed no more. Raises RefusedError or
        UnavailableError.
        """
        try:
            named = KeyVaultKeyIdentifier(key_id)
        except ValueError:
            return None
        if (named.vault_url.rstrip("/"), named.name) != (self._vault_url, self._name) or not named.version:
            return None
        try:
            return _public(self._keys.get_key(self._name, named.version).key, self._where)
        except ResourceNotFoundError:
            return None
        except (AzureError, ValueError) as error:
            failure = self._failure(error, "did not show its public half", READS)
        # Raised outside of the except block: an exception of the SDK carries request and answer (I12).
        raise failure

    def _failure(self, error: Exception, what: str = "did not sign", advice: str = SIGNS) -> RemoteError:
        status = error.status_code if isinstance(error, HttpResponseError) else None
        if status is not None and 400 <= status < 500 and status != 429:
            return RefusedError(f"{self._where} {what}", service=SERVICE, status=status, advice=advice)
        return UnavailableError(f"{self._where} cannot be reached", service=SERVICE, status=status)


def _public(key: JsonWebKey, where: str) -> ec.EllipticCurvePublicKey:
    x, y = key.x, key.y  # type: ignore[attr-defined]
    if key.crv != "P-256" or not x or not y:  # type: ignore[attr-defined]
        raise RefusedError(f"{where} must be a key on the curve P-256", service=SERVICE)
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), CURVE())
    return numbers.public_key()
