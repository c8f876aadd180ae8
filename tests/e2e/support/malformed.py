"""Two hundred requests that can never work, each with the code and the field of its answer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COUNT = 200
TENANT = "00000000-0000-4000-8000-000000000001"
GOOD: dict[str, Any] = {
    "version": "1",
    "requestId": "malformed",
    "customerTenantId": TENANT,
    "customerDomain": "nobody.onmicrosoft.com",
    "requestedBy": "crm@partner.example",
    "reason": "contract ended",
}
ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/crm",
    "type": "offboarding.request.v1",
    "data": GOOD,
}
WRONG_TYPES: tuple[object, ...] = (1, True, [], {"a": 1}, 1.5)
LARGE = (64 * 1024 + 1, 128 * 1024, 128 * 1024 + 1, 200_000, 260_000)
"""Bytes: above the largest request, around one part of a copy, close to what a queue takes (256 KB with headers)."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A body, and what must be said of it; an empty code or field means that any is right."""

    body: bytes
    code: str = ""
    field: str = ""


def malformed() -> list[Malformed]:
    """The same two hundred in every run, all different."""
    chosen = random.Random(200)
    found = [*_not_json(), *_not_requests(), *_wrong_fields(), *_spoofing(), *_envelopes(), *_large(chosen)]
    while len(found) < COUNT:
        found.append(Malformed(chosen.randbytes(chosen.randint(1, 3000))))
    assert len({item.body for item in found}) == len(found) == COUNT
    return found


def _not_json() -> Iterator[Malformed]:
    good = json.dumps(GOOD).encode()
    yield Malformed(b"", "not_json", "byte 0")
    yield Malformed(b"version=1&requestId=a", "not_json", "byte 0")
    yield Malformed(b"<request/>", "not_json", "byte 0")
    yield Malformed(good[:-1], "not_json", f"byte {len(good) - 1}")
    yield Malformed(good + b"}", "not_json", f"byte {len(good)}")
    yield Malformed(good + good, "not_json", f"byte {len(good)}")
    yield Malformed(b"\xef\xbb\xbf{", "not_json", "byte 4")
    yield Malformed(json.dumps(GOOD).encode("utf-16"), "not_utf8", "byte 0")
    yield Malformed(json.dumps(GOOD).encode("utf-16-le"), "not_json")
    yield Malformed(b'{"version": "\xff"}', "not_utf8", "byte 13")
    yield Malformed(b"[" * 30_000, "not_json")
    yield Malformed(b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "not_json")
    yield Malformed(b'{"version": NaN}', "not_json")
    yield Malformed(b'{"version": 1' + b"0" * 5_000 + b"}", "not_json")
    yield Malformed(b'{"version": "1", "version": "1"}', "repeated_field", "version")
    yield Malformed(good[:-1] + b', "customerTenantId": "b"}', "repeated_field", "customerTenantId")
    yield Malformed(b'{"\\ud800": 1, "\\ud800": 1}', "repeated_field", "\\ud800")
    for cut in range(1, len(good) - 1, 5):
        yield Malformed(good[:cut], "not_json")


def _not_requests() -> Iterator[Malformed]:
    for value in ([], "text", 1, True, None, [GOOD]):
        yield Malformed(json.dumps(value).encode(), "not_an_object")
    yield Malformed(b"{}", "missing_field", "version")
    for name in ("version", "requestId", "requestedBy", "reason"):
        yield _request({key: value for key, value in GOOD.items() if key != name}, "missing_field", name)
    yield _request({key: value for key, value in GOOD.items() if not key.startswith("customer")}, "wrong_value", "$")
    yield _request({key: value for key, value in GOOD.items() if key != "customerDomain"}, "wrong_value", "$")


def _wrong_fields() -> Iterator[Malformed]:
    for name in ("requestId", "customerTenantId", "customerDomain", "requestedBy", "reason"):
        for wrong in WRONG_TYPES:
            yield _request(GOOD | {name: wrong}, "wrong_type", name)
    values: tuple[tuple[str, object], ...] = (
        ("version", "2"),
        ("version", 1),
        ("requestId", ""),
        ("requestId", "a b"),
        ("requestId", "x" * 129),
        ("requestId", "../../etc"),
        ("customerTenantId", "not-a-guid"),
        ("customerTenantId", TENANT + "0"),
        ("customerDomain", "no dots"),
        ("customerDomain", "a" * 300 + ".example"),
        ("requestedBy", " "),
        ("requestedBy", "two\nlines"),
        ("requestedBy", "x" * 257),
        ("reason", ""),
        ("reason", "x" * 1001),
        ("commitments", "later"),
        ("notBefore", "tomorrow"),
        ("notBefore", "2027-01-01T00:00:00"),
    )
    for name, value in values:
        yield _request(GOOD | {name: value}, "wrong_value", name)
    yield _request(GOOD | {"dryRun": "yes"}, "wrong_type", "dryRun")
    for name in ("customertenantid", "dry_run", "force", "", "ünknown", "__proto__", "x" * 256):
        yield _request(GOOD | {name: True}, "unknown_field", name)
    yield _request(GOOD | {"reason": "\ud800"}, "not_json", "$")


def _spoofing() -> Iterator[Malformed]:
    """Bodies that would overwrite the metadata of their message in a host that reads them as text."""
    for name, value in (
        ("messageId", "another"),
        ("deliveryCount", "x"),
        ("DeliveryCount", 99),
        ("lockToken", "00000000-0000-4000-8000-000000000000"),
        ("enqueuedTimeUtc", "yesterday"),
        ("applicationProperties", {"code": "ok"}),
        ("sequenceNumber", -1),
    ):
        yield _request({name: value})
        yield _request(GOOD | {name: value}, "unknown_field", name)


def _envelopes() -> Iterator[Malformed]:
    yield _request(ENVELOPE | {"specversion": "0.3"}, "wrong_value", "specversion")
    yield _request(ENVELOPE | {"type": "offboarding.removed.v1"}, "wrong_value", "type")
    yield _request(ENVELOPE | {"data": "text"}, "wrong_type", "data")
    yield _request(ENVELOPE | {"data": [GOOD]}, "wrong_type", "data")
    yield _request(ENVELOPE | {"Upper-Case": 1}, "unknown_field", "Upper-Case")
    yield _request(ENVELOPE | {"\ud800": 1}, "not_json", "$")
    yield _request(ENVELOPE | {"specversion": "\ud800"}, "not_json", "$")
    yield _request(ENVELOPE | {"id": ""}, "missing_field", "id")
    yield _request(ENVELOPE | {"data": GOOD | {"reason": 1}}, "wrong_type", "data.reason")


def _large(chosen: random.Random) -> Iterator[Malformed]:
    for size in LARGE:
        yield Malformed(chosen.randbytes(size), "body_too_large", "$")
        yield Malformed(b'{"reason": "' + b"x" * (size - 14) + b'"}', "body_too_large", "$")


def _request(value: dict[str, Any], code: str = "", field: str = "") -> Malformed:
    return Malformed(json.dumps(value).encode(), code, field)
