"""FileSigner: a key in a file, for one machine. Whoever reads the file can sign; a deployment uses Key Vault."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from shared.adapters.evidence.jws import CURVE, WIDTH, sealed, thumbprint
from shared.domain.errors import RefusedError
from shared.ports.evidence import Manifest

SERVICE = "evidence key file"


class FileSigner:
    """An EvidenceSigner with the private key in `path` (PEM), made at the first use and readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sealed(self, manifest: Manifest) -> str:
        """See EvidenceSigner."""
        key = self._key()
        public = key.public_key()

        def sign(digest: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
            return r.to_bytes(WIDTH, "big") + s.to_bytes(WIDTH, "big")

        return sealed(manifest, thumbprint(public), public, sign)

    def public(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        """The key's public half, where it is the one of this id; no key is made for the question."""
        if not self._path.exists():
            return None
        key = self._key().public_key()
        return key if thumbprint(key) == key_id else None

    def _key(self) -> ec.EllipticCurvePrivateKey:
        with contextlib.suppress(FileExistsError):
            _make(self._path)
        try:
            key = load_pem_private_key(self._path.read_bytes(), None)
        except (ValueError, TypeError):
            raise RefusedError(f"{self._path} holds no unencrypted private key", service=SERVICE) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, CURVE):
            raise RefusedError(f"{self._path} must hold a key on the curve P-256", service=SERVICE)
        return key


def _make(path: Path) -> None:
    """Of two processes that begin at once, the one that is second finds the key of the first, whole."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = ec.generate_private_key(CURVE())
    pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(pem)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
