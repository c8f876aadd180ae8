"""The secrets, and what one request is answered with.

Source: Key Vault REST API, "Get Secret" and "Set Secret" (7.x); "Authentication, requests and responses" (challenge).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import uuid4

HOST = "kv-simulated.vault.azure.net"
_PATH = re.compile(r"/secrets/([0-9A-Za-z-]{1,127})(?:/([0-9a-f]{32})?)?")
_CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/9a57e000-0000-4000-8000-00000009a57e", '
    'resource="https://vault.azure.net"'
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret; never changed."""

    id: str
    value: str = field(repr=False)
    content_type: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON and headers."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Vault:
    """Thread-safe. `token` is what callers have to send, `allowed` the actions they have a role for.

    `trouble` answers everything with one status instead, such as 503.
    """

    def __init__(
        self,
        token: str,
        allowed: frozenset[str] = frozenset({"get", "set"}),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.allowed = allowed
        self.trouble: int | None = None
        self._token = token
        self._now = now
        self._lock = Lock()
        self._secrets: dict[str, list[Version]] = {}

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions, oldest first."""
        with self._lock:
            return tuple(self._secrets.get(name.lower(), ()))

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request; `headers` have lower-case names."""
        if headers.get("authorization") != f"Bearer {self._token}":
            return _error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.", _CHALLENGE)
        if self.trouble is not None:
            return _error(self.trouble, "Trouble", "as asked for")
        found = _PATH.fullmatch(path)
        action = {"GET": "get", "PUT": "set"}.get(method)
        if found is None or action is None:
            return _error(404, "NotFound", f"{method} {path} is not simulated")
        if action not in self.allowed:
            return _error(403, "Forbidden", f"Caller is not authorized to perform secrets/{action}/action.")
        return self._get(found[1], found[2]) if action == "get" else self._set(found[1], body)

    def _get(self, name: str, version: str | None) -> Answer:
        found = [one for one in self.versions(name) if version in (None, one.id)]
        if not found:
            return _error(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
        return Answer(200, _bundle(name, found[-1]))

    def _set(self, name: str, body: bytes) -> Answer:
        try:
            given = json.loads(body)
            value, content_type = given["value"], str(given.get("contentType") or "")
        except (ValueError, TypeError, KeyError):
            return _error(400, "BadParameter", "the body needs a value")
        if not isinstance(value, str) or len(value) > 25_000:
            return _error(400, "BadParameter", "a secret is a text of at most 25000 characters")
        made = Version(uuid4().hex, value, content_type, self._now())
        with self._lock:
            self._secrets.setdefault(name.lower(), []).append(made)
        return Answer(200, _bundle(name, made))


def _bundle(name: str, version: Version) -> dict[str, Any]:
    made = int(version.created.timestamp())
    return {
        "value": version.value,
        "contentType": version.content_type,
        "id": f"https://{HOST}/secrets/{name}/{version.id}",
        "attributes": {"enabled": True, "created": made, "updated": made, "recoveryLevel": "Recoverable"},
    }


def _error(status: int, code: str, message: str, challenge: str = "") -> Answer:
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return Answer(status, {"error": {"code": code, "message": message}}, headers)
