"""Signatures of web hooks, as Standard Webhooks 1.0 describes them (github.com/standard-webhooks/standard-webhooks)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def keys_of(text: str) -> tuple[bytes, ...]:
    """The keys of a setting, separated by blanks; raises ValueError, which never shows one."""
    keys = tuple(_key(part) for part in text.split())
    if not 1 <= len(keys) <= 2:
        raise ValueError("must be one key, or two while one replaces the other")
    return keys


def signed(message_id: str, at: int, body: bytes, keys: Sequence[bytes]) -> str:
    """The value of webhook-signature; `at` in seconds since 1970."""
    content = f"{message_id}.{at}.".encode() + body
    found = (base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in keys)
    return " ".join(f"v1,{one}" for one in found)


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"a key must be {PREFIX} and 24 to 64 bytes in base64")
    return key
