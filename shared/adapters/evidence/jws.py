"""The last line of an evidence file, from a manifest and whoever signs a digest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec

from shared.ports.evidence import Manifest

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
