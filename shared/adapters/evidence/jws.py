"""The last line of an evidence file: made by whoever signs a digest, read with a key that is trusted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from shared.ports.evidence import Manifest, SealError

KeyOf = Callable[[str, object], ec.EllipticCurvePublicKey | None]
"""The trusted key with this id or with this public half (as JWK); None where none is."""

CURVE = ec.SECP256R1
WIDTH = 32
"""Bytes of a number on the curve P-256."""


def sealed(manifest: Manifest, key_id: str, key: ec.EllipticCurvePublicKey, sign: Callable[[bytes], bytes]) -> str:
    """The line. `sign` gives the 64 bytes (r, s) of an ES256 signature for a SHA-256 digest."""
    told: dict[str, Any] = {**manifest, "keyId": key_id}
    protected = {"alg": "ES256", "kid": key_id}
    signing = f"{_encoded(rfc8785.dumps(protected))}.{_encoded(rfc8785.dumps(told))}"
    signature = sign(hashlib.sha256(signing.encode()).digest())
    last: dict[str, Any] = {"manifest": told, "signature": f"{signing}.{_encoded(signature)}", "publicKey": jwk(key)}
    return rfc8785.dumps(last).decode()


def opened(line: str, key_of: KeyOf) -> Manifest:
    """The manifest of a line that `sealed` made, once its signature fits a key that `key_of` trusts.

    Raises SealError; what `key_of` raises comes through.
    """
    try:
        last = json.loads(line)
        manifest, signature = last["manifest"], str(last["signature"])
        key_id, known_as = str(manifest["keyId"]), last["publicKey"]
        head, payload, signed = signature.split(".")
        told = {"alg": "ES256", "kid": key_id}
        fits = (head, payload) == (_encoded(rfc8785.dumps(told)), _encoded(rfc8785.dumps(manifest)))
        r_s = base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SealError("its signature cannot be read") from None
    if not fits or len(r_s) != 2 * WIDTH:
        raise SealError("its signature is one of something else")
    key = key_of(key_id, known_as)
    if key is None:
        raise SealError(f"it is signed by {key_id}, a key that is not known here", unknown=True)
    encoded = encode_dss_signature(int.from_bytes(r_s[:WIDTH], "big"), int.from_bytes(r_s[WIDTH:], "big"))
    try:
        key.verify(encoded, f"{head}.{payload}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise SealError(f"it is not signed by {key_id}, the key that it names") from None
    found: Manifest = manifest
    return found


def jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as RFC 7517 writes it."""
    numbers = key.public_numbers()
    x, y = (_encoded(number.to_bytes(WIDTH, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """The name that follows from the key itself (RFC 7638)."""
    return _encoded(hashlib.sha256(rfc8785.dumps(dict(jwk(key)))).digest())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
