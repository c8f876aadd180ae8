"""Trust: which keys are believed when something sealed is read. Never the one that a line itself encloses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.adapters.evidence.jws import CURVE, jwk, opened
from shared.domain.errors import SettingsError
from shared.ports.evidence import Manifest

NO_KEY = "a key to trust must be a file with a public key on the curve P-256 (PEM)"


class KnownKey(Protocol):
    """A key with versions, whose public halves can be had."""

    def public(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        """The version of this id; None where it is none of this key. Raises RefusedError or UnavailableError."""


class Trust:
    """A SealReader that believes the versions of one key, and the public keys that a person gives (PEM).

    Raises SettingsError for a PEM that holds no public key on the curve P-256.
    """

    def __init__(self, own: KnownKey | None, given: Iterable[bytes] = ()) -> None:
        self._own, self._given = own, [_read(pem) for pem in given]
        self._seen: dict[str, ec.EllipticCurvePublicKey | None] = {}

    def opened(self, line: str) -> Manifest:
        """See SealReader."""
        return opened(line, self._key_of)

    def _key_of(self, key_id: str, known_as: object) -> ec.EllipticCurvePublicKey | None:
        given = next((key for key in self._given if jwk(key) == known_as), None)
        if given is not None or self._own is None:
            return given
        # One question for each version: a snapshot has thousands of seals, and few keys.
        if key_id not in self._seen:
            self._seen[key_id] = self._own.public(key_id)
        return self._seen[key_id]


def _read(pem: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(NO_KEY) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, CURVE):
        raise SettingsError(NO_KEY)
    return key
