"""One HTTP/1.1 request, read from a stream within bounds (RFC 9112)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_HEAD_BYTES = 32 * 1024
"""Of request line and headers together."""
MAX_HEADERS = 100
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_VERSION = re.compile(r"HTTP/\d\.\d")


class HttpError(Exception):
    """A request that is answered with an error; nothing was done. `closes`: its rest cannot be found in the stream.

    `allow` names the methods that would do, for 405.
    """

    def __init__(self, status: HTTPStatus, detail: str, *, closes: bool = False, allow: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.closes = closes
        self.allow = allow


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`path` is decoded and has no slash at either end; header names are as they were sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    keep_alive: bool

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, max_body: int, idle: float, within: float
) -> HttpRequest | None:
    """The next request; None when the client has gone or stays silent for `idle` seconds.

    It must be whole within so many seconds from its first byte. Raises HttpError for what is no request, TimeoutError
    for half of one. The reader's limit bounds the head.
    """
    try:
        async with asyncio.timeout(idle):
            first = await reader.read(1)
    except TimeoutError:
        return None
    if not first:
        return None
    async with asyncio.timeout(within):
        try:
            head = first + await reader.readuntil(b"\r\n\r\n")
            method, target, version, headers = _parse_head(head)
            length = _body_length(headers, max_body)
            if length and _value(headers, "expect").lower() == "100-continue":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            raise _bad(
                f"request line and headers have more than {MAX_HEAD_BYTES} bytes",
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            ) from None
    wishes = {each.strip() for each in _value(headers, "connection").lower().split(",")}
    keep_alive = "keep-alive" in wishes if version == "HTTP/1.0" else "close" not in wishes
    path, query = _split_target(target)
    return HttpRequest(method, path, query, headers, body, keep_alive)


def _parse_head(head: bytes) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    lines = [_text(line) for line in head.lstrip(b"\r\n").split(b"\r\n") if line]
    parts = lines[0].split(" ") if lines else []
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not _VERSION.fullmatch(parts[2]):
        raise _bad("the request line is not METHOD TARGET HTTP/1.1")
    if parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise _bad(f"{parts[2]} is not spoken here; HTTP/1.1 is", HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
    if len(lines) - 1 > MAX_HEADERS:
        raise _bad(f"more than {MAX_HEADERS} headers", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            raise _bad("a header is not NAME: VALUE on one line")
        headers.append((name, value.strip(" \t")))
    return parts[0], parts[1], parts[2], tuple(headers)


def _body_length(headers: tuple[tuple[str, str], ...], max_body: int) -> int:
    if _value(headers, "transfer-encoding"):
        raise _bad("send a Content-Length instead of a Transfer-Encoding", HTTPStatus.LENGTH_REQUIRED)
    given = {value for name, value in headers if name.lower() == "content-length"}
    if not given:
        return 0
    text = given.pop()
    if given or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _bad("Content-Length is not one whole number")
    if int(text) > max_body:
        raise _bad(f"the body has {text} bytes; {max_body} are allowed", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(text)


def _split_target(target: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(target)
        path = unquote(parts.path, errors="strict")
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "the request's address cannot be read") from None
    if not path.startswith("/") or _CONTROL.search(path):
        raise HttpError(HTTPStatus.BAD_REQUEST, "the request's address has no path")
    return path.strip("/"), query


def _value(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return ",".join(value for key, value in headers if key.lower() == name)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _bad(detail: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> HttpError:
    return HttpError(status, detail, closes=True)
