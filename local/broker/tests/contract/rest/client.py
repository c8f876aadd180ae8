"""A client of the REST API of Service Bus: http.client, and signatures made here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote_plus, urlsplit

from local.broker.front.cbs import EMULATOR_KEY, KEY_NAME

TIMEOUT = 20.0


def signature(resource: str, *, key: str = EMULATOR_KEY, expiry: int | None = None, name: str = KEY_NAME) -> str:
    """A shared access signature for a resource and everything below it."""
    encoded, until = quote_plus(resource.lower()), int(time.time()) + 600 if expiry is None else expiry
    digest = hmac.new(key.encode(), f"{encoded}\n{until}".encode(), hashlib.sha256).digest()
    signed = quote_plus(base64.b64encode(digest).decode())
    return f"SharedAccessSignature sr={encoded}&sig={signed}&se={until}&skn={name}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def broker(self) -> dict[str, Any]:
        """BrokerProperties."""
        found: dict[str, Any] = json.loads(self.headers["BrokerProperties"])
        return found


class Rest:
    """One connection."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token or signature(url + "/")
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        properties: object = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One call; `properties` go into BrokerProperties."""
        given = {"Authorization": self.token} | (headers or {})
        if properties is not None:
            given["BrokerProperties"] = json.dumps(properties)
        self._connection.request(method, path.removeprefix(self.url), body, given)
        answer = self._connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())

    def send(self, queue: str, body: bytes = b"x", **properties: object) -> None:
        """Send one message; fails if it is not stored."""
        reply = self.call("POST", f"/{queue}/messages", body, properties=properties)
        assert reply.status == 201, reply.body

    def lock(self, queue: str, seconds: int = 0) -> Reply:
        """Peek-lock: 201 with a message, or 204."""
        return self.call("POST", f"/{queue}/messages/head?timeout={seconds}")

    def take(self, queue: str, seconds: int = 0) -> Reply:
        """Receive and delete: 200 with a message, or 204."""
        return self.call("DELETE", f"/{queue}/messages/head?timeout={seconds}")
