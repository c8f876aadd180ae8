"""The one mapping from an answer that is not 2xx to the error tree of `shared.domain.errors`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters.http.answer import Answer, error_report
from shared.adapters.http.call import Call
from shared.adapters.http.retry_after import retry_after, throttled_for
from shared.domain.errors import (
    BusyError,
    NoAnswerError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)

BUSY_WAIT = timedelta(minutes=2)
"""A 409 means that a job holds the object: ask again after two minutes (create scheduled changes)."""
PASSED_ON = frozenset({408, 502, 504})
"""Somebody on the way gave up waiting; the service behind it may have gone on with a write."""


class TokenRefusedError(SignInRequiredError):
    """A 401 that no rule explains: the token may just have expired, so one renewed token is worth a try."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 4xx answer as the rules of one service look at it."""

    service: str
    method: str
    path: str
    status: int
    code: str
    message: str

    def as_error(
        self, kind: type[RemoteError], message: str = "", *, wait: timedelta | None = None, code: str = ""
    ) -> RemoteError:
        """This refusal as an error of `kind`, with a clearer sentence in front of the service's own."""
        text = f"{message}. The service says: {self.message}" if message else self.message
        return kind(
            f"{self.method} {self.path}: {text}",
            service=self.service,
            status=self.status,
            remote_code=code or self.code,
            retry_after=wait,
        )


Rules = Callable[[Refusal], RemoteError | None]
"""What the codes of one service mean; None leaves the answer to the general mapping."""


def no_rules(refusal: Refusal) -> RemoteError | None:
    """For a service whose codes change nothing."""
    return None


def failure(service: str, call: Call, answer: Answer, now: datetime, rules: Rules) -> RemoteError | None:
    """The error of `answer`, None if it is 2xx. `now` is business time, for a Retry-After date."""
    if answer.ok:
        return None
    report = error_report(answer)
    refusal = Refusal(service, call.method, call.path, answer.status, report.code, report.message)
    wait = retry_after(answer, now)
    if answer.status == 429:
        return refusal.as_error(ThrottledError, wait=throttled_for(answer, now))
    if call.effect and answer.status in PASSED_ON:
        return refusal.as_error(NoAnswerError, "a gateway got no answer, so the effect is unknown", wait=wait)
    if answer.status >= 500 or answer.status == 408:
        return refusal.as_error(UnavailableError, wait=wait)
    if answer.status < 400:
        return refusal.as_error(UnreadableAnswerError, "an answer that no call expects; redirects are not followed")
    special = rules(refusal)
    if special is not None:
        return special
    if answer.status == 401:
        return refusal.as_error(TokenRefusedError, "the token was refused, also when renewed")
    if answer.status == 409:
        return refusal.as_error(BusyError, wait=wait or BUSY_WAIT)
    return refusal.as_error(RefusedError, wait=wait)
