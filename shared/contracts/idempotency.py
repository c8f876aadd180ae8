"""The header Idempotency-Key: a repeated call is known by it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from shared.contracts.json_text import read_object
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.once import Once
from shared.domain.people.actor import Actor
from shared.domain.people.rights import Operation

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")
SHORT = 32
"""Hex digits: 128 bits."""


def once_of(headers: Mapping[str, str], operation: Operation, by: Actor, body: bytes) -> Once | None:
    """The call, if it carries a key; how the JSON is spaced and ordered does not matter. Raises InvalidRequestError for
    a key that is none."""
    given = headers.get(HEADER.lower())
    if given is None:
        return None
    key = given.strip()
    if not _KEY.fullmatch(key):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, HEADER, "must be 1 to 200 printable ASCII characters", key)
    said = json.dumps(read_object(body), sort_keys=True)
    return Once(_digest(json.dumps([by.type.value, by.id, key])), operation.value, _digest(said))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]
