"""`$cbs`: claims-based security. A client puts a signed token for an entity before it may attach to it.

https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas (tokens) and
https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide (put-token).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import unquote_plus

from local.broker.engine.clock import Clock
from local.broker.engine.namespace import Namespace
from local.broker.front.addresses import parse_address
from local.broker.front.requests import Reply, Request

KEY_NAME = "RootManageSharedAccessKey"
EMULATOR_KEY = "SAS_KEY_VALUE"
"""The key that Microsoft's emulator prints in its connection strings; the default here as well."""
_PREFIX = "SharedAccessSignature "
_TYPES = ("jwt", "servicebus.windows.net:sastoken")
"""azure-servicebus sends its signatures under the type jwt."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows: everything at and below a path. An empty path is the whole namespace."""

    path: str

    def covers(self, path: str) -> bool:
        """Whether an entity path is at or below this one."""
        return self.path in ("", path) or path.startswith(self.path + "/")


class TokenDesk:
    """Checks tokens against the one key of this broker."""

    def __init__(self, key: str, namespace: Namespace, clock: Clock) -> None:
        self._key = key.encode("utf-8")
        self._namespace = namespace
        self._clock = clock

    def put_token(self, request: Request) -> tuple[Reply, Grant | None]:
        """Answer a put-token request; a grant comes with the answer if the token is good."""
        properties = request.properties
        name, operation = properties.get("name"), properties.get("operation")
        if operation != "put-token":
            return Reply(400, f"operation {operation!r} is not supported at $cbs; put-token is"), None
        if properties.get("type") not in _TYPES or not isinstance(request.body, str) or not isinstance(name, str):
            return Reply(400, "put-token needs name, a type of jwt or sastoken, and the token as its value"), None
        refusal, resource = self._check(request.body)
        if refusal:
            return Reply(401, refusal), None
        grant, wanted = Grant(parse_address(resource).path), parse_address(name).path
        if not grant.covers(wanted):
            return Reply(401, f"The token is for {resource!r}, not for {name!r}."), None
        if wanted and self._namespace.find(wanted) is None:
            return Reply(404, f"The messaging entity {name!r} could not be found."), None
        return Reply(202, "Accepted"), grant

    def admit(self, token: str, path: str) -> str | None:
        """Why a token does not open a path, None if it does: for clients that bring one with every request."""
        refusal, resource = self._check(token)
        if refusal is None and not Grant(parse_address(resource).path).covers(path.lower()):
            return f"The token is for {resource!r}, not for {path!r}."
        return refusal

    def _check(self, token: str) -> tuple[str | None, str]:
        """Why a token is refused (None if it is good), and its resource."""
        fields = dict(part.partition("=")[::2] for part in token.removeprefix(_PREFIX).split("&"))
        resource, expiry, signature = fields.get("sr", ""), fields.get("se", ""), unquote_plus(fields.get("sig", ""))
        if not token.startswith(_PREFIX) or not resource or not signature:
            return "InvalidToken: it is not a shared access signature.", ""
        if unquote_plus(fields.get("skn", "")) != KEY_NAME:
            return f"InvalidToken: the key name is not {KEY_NAME}.", ""
        digest = hmac.new(self._key, f"{resource}\n{expiry}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64encode(digest), signature.encode("utf-8")):
            return "InvalidSignature: The token has an invalid signature.", ""
        if not expiry.isascii() or not expiry.isdigit() or int(expiry[:15]) * 1000 <= self._clock.now_ms():
            return "ExpiredToken: The token has expired.", ""
        return None, unquote_plus(resource)
