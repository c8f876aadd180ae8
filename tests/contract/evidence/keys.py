"""Keys beside the secrets of the Key Vault stand-in: get and sign (Key Vault REST API, "Get Key" and "Sign", 7.x)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.contract.vault.key_vault_server.vault import HOST, Answer, Vault

_PATH = re.compile(r"/keys/([0-9A-Za-z-]{1,127})(?:/([0-9a-f]{32}))?/?(sign)?")
VERSION = "0123456789abcdef0123456789abcdef"  # pragma: allowlist secret


class KeyVault(Vault):
    """One key by the name `evidence`; it never leaves. `kind` is the curve that it is shown with. A rotation makes a
    newer version; an older one is still shown, unless it was disabled."""

    def __init__(self, token: str, curve: ec.EllipticCurve | None = None) -> None:
        super().__init__(token, frozenset({"get", "sign"}))
        self.key = ec.generate_private_key(curve or ec.SECP256R1())
        self.version, self.older, self.disabled = VERSION, dict[str, ec.EllipticCurvePrivateKey](), set[str]()

    def rotate(self) -> None:
        """A newer version of the key signs from now on."""
        self.older[self.version] = self.key
        self.key, self.version = ec.generate_private_key(ec.SECP256R1()), f"{len(self.older):032x}"

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        found = _PATH.fullmatch(path)
        if found is None or self.trouble is not None or "authorization" not in headers:
            return super().answer(method, path, headers, body)
        if found[1] != "evidence":
            return Answer(404, {"error": {"code": "KeyNotFound", "message": f"A key with {found[1]} was not found"}})
        action = "sign" if found[3] else "get"
        if action not in self.allowed:
            return Answer(403, {"error": {"code": "Forbidden", "message": f"not authorized: keys/{action}/action"}})
        version = found[2] or self.version
        key = {**self.older, self.version: self.key}.get(version)
        if key is None:
            return Answer(404, {"error": {"code": "KeyNotFound", "message": f"A key with {version} was not found"}})
        if version in self.disabled:
            message = "Operation get is not allowed on a disabled key."
            return Answer(403, {"error": {"code": "Forbidden", "message": message}})
        return self._sign(body) if found[3] else Answer(200, self._bundle(key, version))

    def _bundle(self, of: ec.EllipticCurvePrivateKey, version: str) -> dict[str, Any]:
        numbers = of.public_key().public_numbers()
        width = (of.curve.key_size + 7) // 8
        x, y = (_encoded(number.to_bytes(width, "big")) for number in (numbers.x, numbers.y))
        curve = {"secp256r1": "P-256", "secp384r1": "P-384"}[of.curve.name]
        kid = f"https://{HOST}/keys/evidence/{version}"
        key = {"kid": kid, "kty": "EC", "crv": curve, "x": x, "y": y, "key_ops": ["sign", "verify"]}
        return {"key": key, "attributes": {"enabled": True, "created": 1_700_000_000, "updated": 1_700_000_000}}

    def _sign(self, body: bytes) -> Answer:
        given = json.loads(body)
        assert given["alg"] == "ES256"
        digest = base64.urlsafe_b64decode(given["value"] + "==")
        r, s = decode_dss_signature(self.key.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
        value = _encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return Answer(200, {"kid": f"https://{HOST}/keys/evidence/{self.version}", "value": value})


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
