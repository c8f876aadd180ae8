"""Whether a web hook is genuine, as a receiver checks it: Standard Webhooks, standard library alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds that the timestamp may be away from the receiver's clock."""


def is_genuine(headers: Mapping[str, str], body: bytes, key: str, now: float | None = None) -> bool:
    """`headers` by their names in lower case, `key` as it was given out (`whsec_…`)."""
    sent, identity = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not sent.isdecimal() or abs(int(sent) - (time.time() if now is None else now)) > TOLERANCE:
        return False
    content = f"{identity}.{sent}.".encode() + body
    secret = base64.b64decode(key.removeprefix("whsec_"))
    want = b"v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest())
    return any(hmac.compare_digest(one.encode(), want) for one in headers.get("webhook-signature", "").split())
