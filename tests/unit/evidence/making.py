"""Evidence files made by hand: a chain through the domain, signed with a key of the test."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.domain.evidence.chain import Appender, ChainHead, Data
from shared.domain.evidence.entry import Entry, Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.people.actor import PIPELINE, Actor, ActorType

OFFBOARDING = "00000000-0000-5000-8000-000000000001"
OTHER = "00000000-0000-5000-8000-000000000002"
BEGAN = datetime(2026, 11, 25, 21, 37, 15, 123456, tzinfo=UTC)
ADA = Actor(ActorType.PERSON, "object-id-of-ada", "Ada")
KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
STORY: tuple[tuple[EntryKind, Actor, Data], ...] = (
    (EntryKind.REQUEST, PIPELINE, {"requestId": "r-1", "requestedBy": Personal("grace@partner.example")}),
    (EntryKind.OBSERVATION, PIPELINE, {"what": "inventory", "holdings": 2}),
    (EntryKind.APPROVAL, ADA, {"planDigest": "d"}),
    (EntryKind.INTENT, PIPELINE, {"action": "cancel", "holding": "subscription:1", "requestId": "m-1"}),
    (EntryKind.ANSWER, PIPELINE, {"intent": 4, "status": 200}),
    (EntryKind.INTENT, PIPELINE, {"action": "remove", "requestId": "m-2"}),
    (EntryKind.PROOF, PIPELINE, {"holds": ["customer_list"]}),
    (EntryKind.OUTCOME, PIPELINE, {"status": "removed"}),
)


def chain(
    story: Iterable[tuple[EntryKind, Actor, Data]] = STORY, offboarding: str = OFFBOARDING
) -> tuple[ChainHead, list[Entry]]:
    salts = count(1)
    appender, head, entries = Appender(offboarding, lambda: f"salt-{next(salts)}"), ChainHead(), []
    for number, (kind, author, data) in enumerate(story):
        head, entry = appender.append(head, kind, author, BEGAN + timedelta(seconds=number), data)
        entries.append(entry)
    return head, entries


def lines(story: Iterable[tuple[EntryKind, Actor, Data]] = STORY, offboarding: str = OFFBOARDING) -> list[str]:
    return [entry.line for entry in chain(story, offboarding)[1]]


def signed(entries: list[str], key: ec.EllipticCurvePrivateKey = KEY, /, **other: Any) -> str:
    """The last line for these entries; `other` replaces fields of the manifest."""
    last = json.loads(entries[-1])
    manifest = {
        "offboardingId": last["offboardingId"],
        "entries": len(entries),
        "head": last["hash"],
        "exportedAt": "2026-11-26T00:00:00.000000Z",
        "version": "1.0",
        "outcome": "removed",
        "keyId": "key-of-the-test",
        **other,
    }
    head = _base64(rfc8785.dumps({"alg": "ES256", "kid": manifest["keyId"]}))
    signing = f"{head}.{_base64(rfc8785.dumps(manifest))}"
    r, s = decode_dss_signature(key.sign(signing.encode(), ec.ECDSA(SHA256())))
    signature = _base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    public = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": _coordinate(public.x), "y": _coordinate(public.y)}
    return rfc8785.dumps({"manifest": manifest, "signature": f"{signing}.{signature}", "publicKey": jwk}).decode()


def pem(key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def content(*parts: str) -> bytes:
    return "".join(f"{part}\n" for part in parts).encode()


def _coordinate(number: int) -> str:
    return _base64(number.to_bytes(32, "big"))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


ENTRIES_OF_STORY = lines()
MANIFEST: dict[str, str | int] = {
    "offboardingId": OFFBOARDING,
    "entries": len(ENTRIES_OF_STORY),
    "head": json.loads(ENTRIES_OF_STORY[-1])["hash"],
    "exportedAt": "2026-11-26T00:00:00.000000Z",
    "version": "1.0",
    "outcome": "removed",
}
