"""The ports of the evidence at its end: who signs it, and where it is kept for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.evidence.canonical import Json

Manifest = Mapping[str, Json]


class EvidenceSigner(Protocol):
    """Signs manifests with one key."""

    def sealed(self, manifest: Manifest) -> str:
        """The last line of an evidence file: the manifest with `keyId`, its signature (JWS, ES256), the public key.

        Two calls give two signatures of the same. Raises UnavailableError or RefusedError.
        """


class SealError(Exception):
    """A line is not what a trusted key signed, and why. `unknown`: the key that signed it is not known here."""

    def __init__(self, why: str, *, unknown: bool = False) -> None:
        super().__init__(why)
        self.unknown = unknown


class SealReader(Protocol):
    """Reads what was sealed, and believes no key that only the line itself names."""

    def opened(self, line: str) -> Manifest:
        """The manifest in a line of `sealed`, with its `keyId`.

        Raises SealError unless a trusted key signed exactly that, and UnavailableError or RefusedError.
        """


class EvidenceArchive(Protocol):
    """Keeps finished files; nobody changes them there."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under `name`; the same content again changes nothing.

        Raises UnavailableError or RefusedError.
        """


@dataclass(frozen=True, slots=True)
class EvidenceExport:
    """Where finished evidence goes, and who signs it."""

    signer: EvidenceSigner
    archive: EvidenceArchive
