"""ServiceClient: the only way out of the process towards one service.

It waits for nothing and repeats nothing (a retry is the pipeline's decision), with one exception: a 401 that may be an
expired token is answered once with a renewed one. A token that lacks something (MFA, audience, role, permission) is
dropped, so that the next attempt sees what a person has fixed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from shared.adapters.http.answer import Answer, document
from shared.adapters.http.call import Call
from shared.adapters.http.correlation import correlation_id
from shared.adapters.http.failures import Rules, TokenRefusedError, failure, no_rules
from shared.adapters.http.rate import RateLimiter
from shared.adapters.http.recorded import send_recorded
from shared.adapters.http.throttle import ThrottleBoard, ThrottleGuard
from shared.adapters.http.tokens import Audience, TokenSource
from shared.adapters.http.transport import Bearer, Timeouts, checked_base_url, transmit
from shared.domain.errors import (
    NoAnswerError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
    Verdict,
)
from shared.ports.write_deadline import require_time_to_write

log = logging.getLogger(__name__)
_PORTS = {"http": 80, "https": 443}


class ServiceClient:
    """Calls one service: throttle guard, token, rate, transmission, error mapping, one DEBUG line for each exchange.

    `now` is business time (aware UTC); `rules` say what the service's own codes mean; `board` is shared with the other
    clients of the process. Thread-safe. Raises the RemoteError family of `shared.domain.errors`.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        audience: Audience,
        tokens: TokenSource,
        session: requests.Session,
        timeouts: Timeouts,
        *,
        now: Callable[[], datetime],
        rules: Rules = no_rules,
        limiter: RateLimiter | None = None,
        board: ThrottleBoard | None = None,
    ) -> None:
        self.service = service
        self._base_url = checked_base_url(f"{service} address", base_url)
        self._audience = audience
        self._tokens = tokens
        self._session = session
        self._timeouts = timeouts
        self._now = now
        self._rules = rules
        self._limiter = limiter
        self._guard = ThrottleGuard(service, now, board)

    def read(self, call: Call) -> object:
        """The JSON value that the service answers; a body that cannot be read raises UnreadableAnswerError (I8)."""
        return document(self.exchange(call), self.where(call))

    def exchange(self, call: Call) -> Answer:
        """The 2xx answer to `call`; everything else raises."""
        call = replace(call, request_id=call.request_id or str(uuid4()))
        self._guard.check()
        token = self._tokens.token(self._audience, call.tenant_id)
        answer = self._send(call, token)
        error = failure(self.service, call, answer, self._now(), self._rules)
        if isinstance(error, TokenRefusedError):
            token = self._tokens.token(self._audience, call.tenant_id, refused=token)
            answer = self._send(replace(call, resend=True), token)
            error = failure(self.service, call, answer, self._now(), self._rules)
        if error is not None and _about_the_token(error):
            self._tokens.forget(self._audience, call.tenant_id, refused=token)
        if isinstance(error, ThrottledError | UnavailableError | NoAnswerError) and error.retry_after is not None:
            # An outage that names a time is no place for the other calls of this process either.
            error.retry_after = self._guard.hold(error.retry_after)
        if error is not None:
            raise error
        return answer

    def token(self, tenant_id: str) -> str:
        """The access token that calls of this tenant are made with."""
        return self._tokens.token(self._audience, tenant_id)

    def where(self, call: Call) -> str:
        """How messages name this call."""
        return f"{self.service} {call.method} {call.path}"

    def local_link(self, link: str, call: Call) -> tuple[str, str]:
        """Path and query of a link in an answer; raises UnreadableAnswerError when it leads to another host."""
        base = urlsplit(self._base_url)
        try:
            parts = urlsplit(link)
            here = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
        except ValueError:
            raise UnreadableAnswerError(f"{self.where(call)}: the link to the next page is malformed") from None
        if not parts.scheme and not parts.netloc:
            return parts.path, parts.query
        if here != (base.scheme, base.hostname, base.port or _PORTS.get(base.scheme)):
            raise UnreadableAnswerError(
                f"{self.where(call)}: the next page is on another host ({parts.hostname}); not followed"
            )
        return parts.path.removeprefix(base.path), parts.query

    def _send(self, call: Call, token: str) -> Answer:
        if self._limiter is not None:
            self._limiter.take()
        self._guard.check()
        if call.method != "GET":
            # I2: the token and the reads before this call may have taken long.
            require_time_to_write()
        correlation = correlation_id()
        headers = {
            "Accept": "application/json",
            "MS-RequestId": call.request_id,
            "MS-CorrelationId": correlation,
            **call.headers,
        }
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        answer = send_recorded(
            call,
            correlation,
            lambda: transmit(self._session, self.service, self._base_url, call, headers, Bearer(token), self._timeouts),
        )
        log.debug(
            "%s %s %s -> %d MS-RequestId=%s MS-CorrelationId=%s MS-CV=%s",
            self.service,
            call.method,
            call.path,
            answer.status,
            call.request_id,
            correlation,
            answer.headers.get("MS-CV", ""),
        )
        return answer


def _about_the_token(error: RemoteError) -> bool:
    """Whether another token could change the answer: roles and permissions are written into it when it is issued."""
    return isinstance(error, SignInRequiredError) or (error.status == 403 and error.verdict is Verdict.OPERATOR)
