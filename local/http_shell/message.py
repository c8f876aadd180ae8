"""A request and its answer as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

Headers = tuple[tuple[str, str], ...]
"""In their order, names as they were sent. Values are latin-1, as on the wire: one character for each byte."""


class RefusedError(Exception):
    """A request that nobody was asked: it is none, or too large. Its rest cannot be found, so the connection ends."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Head:
    """Request line and headers. `target` is what stood there, escapes and all (latin-1)."""

    method: str
    target: str
    version: str
    headers: Headers

    def joined(self, name: str) -> str:
        """All values of a header, by its name in lower case; empty without one."""
        return ",".join(value for key, value in self.headers if key.lower() == name)

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants to send another request on this connection."""
        wishes = {each.strip() for each in self.joined("connection").lower().split(",")}
        return "keep-alive" in wishes if self.version == "HTTP/1.0" else "close" not in wishes


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole."""

    head: Head
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `afterwards` is called when all of it has been handed to the system."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    """The standard one if empty."""
    afterwards: Callable[[], None] | None = None


def encode(answer: Answer, *, keep_alive: bool, head_only: bool = False) -> bytes:
    """The bytes of an answer, to be sent at once; `head_only` for HEAD, whose answer names the length of a body."""
    lines = [
        f"HTTP/1.1 {answer.status} {answer.reason or _standard(answer.status)}",
        f"Date: {formatdate(usegmt=True)}",
    ]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    has_length = any(name.lower() == "content-length" for name, _ in answer.headers)
    if not has_length and answer.status >= HTTPStatus.OK and answer.status not in _WITHOUT_BODY:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")
    return head if head_only else head + answer.body


_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def _standard(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
