"""Request line, headers and the length of the body, read strictly (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from local.http_shell.limits import MAX_HEADERS
from local.http_shell.message import Head, RefusedError

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(r"0|[1-9][0-9]*")
_MOST_DIGITS = 18
_VERSION = re.compile(r"HTTP/\d\.\d")


def parse_head(lines: Sequence[bytes]) -> Head:
    """The head of a request from its lines, without their ends. Raises RefusedError."""
    first, *others = (line.decode("latin-1") for line in lines)
    parts = first.split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not _VERSION.fullmatch(parts[2]):
        raise bad_request("the request line is not METHOD TARGET HTTP/1.1")
    if parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise RefusedError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, f"{parts[2]} is not spoken here; HTTP/1.1 is")
    if len(others) > MAX_HEADERS:
        raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {MAX_HEADERS} headers")
    return Head(parts[0], parts[1], parts[2], tuple(_header(line) for line in others))


def body_length(head: Head, max_bytes: int) -> int:
    """What Content-Length says; 0 without one. Raises RefusedError.

    Stricter than RFC 9112, section 6.3, has to be: what two readers could understand differently is refused, because
    the rest of the connection would be another request for one of them. So it is one header of plain digits.
    """
    given = [value for name, value in head.headers if name.lower() == "content-length"]
    if not given:
        return 0
    if len(given) > 1:
        raise bad_request("Content-Length is given more than once; send it once")
    (text,) = given
    if not _LENGTH.fullmatch(text):
        raise bad_request(f"Content-Length {text[:40]!a} is not a whole number in plain digits 0 to 9")
    if len(text) > _MOST_DIGITS or int(text) > max_bytes:
        raise too_large(text[:40], max_bytes)
    return int(text)


def bad_request(detail: str) -> RefusedError:
    """What is no request."""
    return RefusedError(HTTPStatus.BAD_REQUEST, detail)


def too_large(size: object, max_bytes: int) -> RefusedError:
    """A body beyond the bounds of the server."""
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has {size} bytes; {max_bytes} are allowed")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise bad_request("a header is not NAME: VALUE on one line")
    return name, value.strip(" \t")
