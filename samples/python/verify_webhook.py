"""Whether a notification is genuine. `headers` by their names in lower case, `key` as it was given out (whsec_...)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping


def is_genuine(headers: Mapping[str, str], body: bytes, key: str) -> bool:
    identity, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(time.time() - int(sent)) > 300:
        return False
    secret = base64.b64decode(key.removeprefix("whsec_"))
    signature = hmac.new(secret, f"{identity}.{sent}.".encode() + body, hashlib.sha256).digest()
    want = b"v1," + base64.b64encode(signature)
    return any(hmac.compare_digest(one.encode(), want) for one in headers.get("webhook-signature", "").split())
