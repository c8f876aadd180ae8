"""One POST to an address from outside: checked, without redirects, proxies, cookies and retries, ending in time.

Of the answer only status and Retry-After are read: what a receiver writes into a body is nobody's business here.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import SplitResult

from requests.adapters import DEFAULT_CA_BUNDLE_PATH

from shared.adapters.notices.address import Hosts, Resolve, resolved
from shared.domain.errors import SettingsError
from shared.ports.notices import NotSent

ADDRESSES_TRIED = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect to one address, and for everything after it. 15 s are what Standard Webhooks lets a sender
    wait at least."""

    connect: float = 5.0
    answer: float = 15.0


@dataclass(frozen=True, slots=True)
class Post:
    """The way out. `resolve` is the system's, but for tests."""

    hosts: Hosts
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = resolved

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> NotSent | None:
        """POST `body`; None for a 2xx. Never raises for what happens on the way, never shows the address."""
        try:
            parts = self.hosts.check(url)
            sock = self._connected(parts)
        except SettingsError as error:
            return NotSent(f"the address of the settings {error}")
        except (OSError, UnicodeError) as error:
            return NotSent(f"no connection could be made ({type(error).__name__})")
        if isinstance(sock, NotSent):
            return sock
        with contextlib.closing(sock), _ending(sock, self.limits.answer) as ended:
            try:
                sock.settimeout(self.limits.answer)
                if isinstance(sock, ssl.SSLSocket):
                    sock.do_handshake()
            except OSError as error:
                return NotSent(f"no secure connection could be made ({type(error).__name__}); nothing was sent")
            try:
                answer = _answer(sock, parts, body, headers)
            except (OSError, http.client.HTTPException, ValueError) as error:
                slow = ended.is_set() or isinstance(error, TimeoutError)
                return self._unsure("" if slow else type(error).__name__)
            # Once ended, half a header looks like a whole one.
            return self._unsure() if ended.is_set() else answer

    def _unsure(self, broken: str = "") -> NotSent:
        why = f"it broke ({broken})" if broken else f"no answer within {self.limits.answer:g} s"
        return NotSent(f"the connection was made, but {why}; nobody knows whether it arrived")

    def _connected(self, parts: SplitResult) -> socket.socket | NotSent:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self.resolve(host, port)
        # One forbidden address among allowed ones is an attempt, not a choice.
        if not addresses or not all(self.hosts.may_reach(host, address) for address in addresses):
            return NotSent("its host resolves to an address that is not of the public internet; nothing was sent")
        last: OSError = OSError()
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                raw = socket.create_connection((address, port), self.limits.connect)
            except OSError as error:
                last = error
                continue
            if parts.scheme == "https":
                return _tls().wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
            return raw
        raise last


def _answer(sock: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> NotSent | None:
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = sock
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"User-Agent": "csp-offboarding", "Connection": "close", **headers}
    connection.request("POST", path, body, sent)
    response = connection.getresponse()
    return judged(response.status, response.getheader("Retry-After", ""), datetime.now(UTC))


def judged(status: int, retry_after: str, now: datetime) -> NotSent | None:
    """What an answer means."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return NotSent(f"it was answered with a redirect ({status}), which is not followed: set the final address")
    return NotSent(f"it was answered with {status}", _asked(retry_after.strip(), now))


def _asked(value: str, now: datetime) -> timedelta | None:
    """Retry-After (RFC 9110, section 10.2.3): seconds or a date; anything else asks for nothing."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
        return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0))
    except (ValueError, OverflowError):
        return None


@contextlib.contextmanager
def _ending(sock: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Shut `sock` after `seconds`: a time-out for each read would let a receiver drip for ever."""
    ended = threading.Event()

    def end() -> None:
        ended.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not that of TLS, which another thread is reading

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield ended
    finally:
        timer.cancel()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
