"""One HTTP exchange as plain values, the same whether it came over a socket or from the in-process transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Json = Any
"""A decoded JSON value. Bodies are built as JSON here, because their odd shapes are what is simulated."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. *path* is percent-decoded, *query* is raw, header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = "http://127.0.0.1"

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> "Request":
        """Build a request from a whole URL (or a path with a query)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://127.0.0.1"
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method.upper(), unquote(parts.path) or "/", parts.query, lower, body, origin)

    def header(self, name: str) -> str | None:
        """A header by its lower-case name."""
        return self.headers.get(name)

    def params(self) -> dict[str, str]:
        """The query as a mapping; the last of a repeated name wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True)) if self.query else {}


class Cut(StrEnum):
    """What happens to the connection instead of, or around, a normal answer."""

    NONE = "none"
    DROP = "drop"
    KILL_BEFORE_ANSWER = "killBeforeAnswer"
    KILL_AFTER_ANSWER = "killAfterAnswer"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the answer leaves: after a delay (machine seconds), cut off, or with the death of a process."""

    cut: Cut = Cut.NONE
    delay_seconds: float = 0.0
    kill_pid: int | None = None
    kill_group: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; *delivery* is carried out by the transport or the server, never by the simulator itself."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = Delivery()

    def json(self) -> Json:
        """The body as JSON, with or without a byte order mark."""
        return json.loads(self.body.decode("utf-8-sig"))


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(payload: Json) -> bytes:
    """Compact UTF-8 JSON."""
    return _COMPACT.encode(payload).encode("utf-8")


def lower_keys(value: Json) -> Json:
    """The same JSON with lower-case keys all the way down: the service reads keys in any casing."""
    if isinstance(value, dict):
        return {str(key).lower(): lower_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lower_keys(item) for item in value]
    return value
