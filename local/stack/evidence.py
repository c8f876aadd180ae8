"""Where finished evidence goes on one machine: a folder, signed with a key of the data folder."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from local.stack.folder import DataFolder

KEY = "evidence-key.pem"
FOLDER = "exported-evidence"
SNAPSHOTS = "snapshots"


def evidence_settings(folder: DataFolder) -> dict[str, str]:
    """The application's settings."""
    return {
        "OFFBOARDING_EVIDENCE_FOLDER": str(folder.path / FOLDER),
        "OFFBOARDING_EVIDENCE_KEY_FILE": str(folder.path / KEY),
    }


def public_key(folder: DataFolder) -> str:
    """The key to trust, PEM; made at the first time, before the application starts."""
    folder.kept(KEY, _fresh_key)
    private = load_pem_private_key((folder.path / KEY).read_bytes(), None)
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _fresh_key() -> str:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
