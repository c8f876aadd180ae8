"""What an operation is given: a request with its address read; and the refusal of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from local.http_shell import message as wire

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class HttpError(Exception):
    """A request that is answered with an error; nothing was done. `allow` names the methods that would do, for 405."""

    def __init__(self, status: HTTPStatus, detail: str, *, allow: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.allow = allow


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`path` is decoded and has no slash at either end; header names are as they were sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: wire.Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def read_request(given: wire.Request) -> HttpRequest:
    """The request as operations want it. Raises HttpError for an address that is none."""
    path, query = _split_target(_text(given.head.target))
    headers = tuple((name, _text(value)) for name, value in given.head.headers)
    return HttpRequest(given.head.method, path, query, headers, given.body)


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


def _text(latin: str) -> str:
    """UTF-8 where it is that, as clients send it; else the bytes one by one."""
    try:
        return latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return latin
