"""The pooled session, the time-outs of every call, and what a broken connection means.

urllib3 retries nothing, redirects are not followed, cookies are not kept. The token travels as a requests auth
object, so that a .netrc file cannot replace it and no exception of requests can show it (I12).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.observed import observed
from shared.domain.errors import NoAnswerError, RemoteError, SettingsError, SignInRequiredError, UnavailableError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST_BODY = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_HOST = re.compile(r"[a-z0-9.:-]{1,253}")
_SENDABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of the answer, and for all of its body together."""

    connect: float = 5.0
    read: float = 30.0
    body: float = 60.0

    @property
    def longest(self) -> float:
        """The longest that one call can take, name resolution aside: what has to be left of a claim before a write."""
        return self.connect + 2 * self.read + self.body


class Bearer(AuthBase):
    """Puts the token into the request at the last moment; never shows it."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        if not _SENDABLE.fullmatch(token):
            raise SignInRequiredError("the token source gave something that cannot be sent as a token")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Anonymous(AuthBase):
    """No authorization at all, and no .netrc either: for the token endpoint."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def pooled_session(parallelism: int) -> requests.Session:
    """One session for every service; keeps up to `parallelism` connections to each host open, never blocks for one."""
    session = requests.Session()
    session.headers["User-Agent"] = "csp-offboarding"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=parallelism, max_retries=0, pool_block=False)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def checked_base_url(setting: str, url: str) -> str:
    """`url` without a trailing slash; raises SettingsError unless it is https, or http to this machine (I12)."""
    shown = shown_address(url)
    try:
        parts = urlsplit(url)
        bare = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or "@" in url)
    except ValueError:
        bare = False
    if not bare:
        raise SettingsError(f"{setting}: must be a base address such as https://host (got {shown})")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(f"{setting}: must use https, tokens are sent to it (got {shown})")
    return url.rstrip("/")


def shown_address(url: str) -> str:
    """Scheme, host and port of an address; whatever may hide a secret (user, path, query, fragment) is left out."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    # An @ further back means that a slash in the password made a host of the user's name.
    if not host or not _HOST.fullmatch(host) or ("@" in url and "@" not in parts.netloc):
        return f"a value of {len(url)} characters"
    shown = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port is not None else "")
    return repr(shown if url.rstrip("/").lower() == shown else f"{shown}/…")


def transmit(
    session: requests.Session,
    service: str,
    base_url: str,
    call: Call,
    headers: Mapping[str, str],
    auth: AuthBase,
    timeouts: Timeouts,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """Sends `call` once. Raises UnavailableError if nothing happened, NoAnswerError if a write may have happened."""
    return observed(
        service, call, headers, lambda: _transmit(session, service, base_url, call, headers, auth, timeouts, form)
    )


def _transmit(
    session: requests.Session,
    service: str,
    base_url: str,
    call: Call,
    headers: Mapping[str, str],
    auth: AuthBase,
    timeouts: Timeouts,
    form: Mapping[str, str] | None,
) -> Answer:
    body: bytes | Mapping[str, str] | None = form if call.body is None else call.content
    url = f"{base_url}{call.path}" + (f"?{call.query}" if call.query else "")
    try:
        # What Session.request would merge, which costs as much again: this session has headers and no other defaults.
        request = requests.Request(call.method, url, {**session.headers, **headers}, data=body, auth=auth).prepare()
        around = session.merge_environment_settings(request.url, {}, True, None, None)
        limits = (timeouts.connect, timeouts.read)
        response = session.send(request, timeout=limits, allow_redirects=False, **around)
    except requests.RequestException as error:
        lost = _lost(service, call, error)
    else:
        with response:
            content, cut = _body(response, timeouts.body)
        return Answer(response.status_code, response.headers, content, cut)
    # Raised outside of the except block: the exceptions of requests carry the whole request, token included.
    raise lost


def _lost(service: str, call: Call, error: requests.RequestException) -> RemoteError:
    what = f"{call.method} {call.path}: {_reason(error)}"
    if call.effect and not _never_sent(error):
        return NoAnswerError(f"{what}; the effect is unknown", service=service)
    return UnavailableError(what, service=service)


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(cause, urllib3.exceptions.NewConnectionError)


def _reason(error: requests.RequestException) -> str:
    if _never_sent(error):
        return "no connection could be made"
    return "no answer in time" if isinstance(error, requests.Timeout) else "the connection broke"


def _body(response: requests.Response, limit: float) -> tuple[bytes, bool]:
    """The whole body, and whether it broke off, was too large, or took longer than `limit` seconds."""
    raw = response.raw
    deadline = time.monotonic() + limit
    content = bytearray()
    try:
        if not isinstance(raw, urllib3.response.BaseHTTPResponse):
            return response.content or b"", False
        while piece := raw.read1(_CHUNK, decode_content=True):
            content += piece
            if len(content) > LARGEST_BODY or time.monotonic() > deadline:
                return b"", True
    except (urllib3.exceptions.HTTPError, requests.RequestException, OSError):
        return b"", True
    return bytes(content), False
