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
    Verdict,
)
from shared.domain.lessons import Lesson

BUSY_WAIT = timedelta(minutes=2)
"""A 409 means that a job holds the object: ask again after two minutes (create scheduled changes)."""
LOOK_IT_UP = "Look the code up in Microsoft's list of error codes and remove its cause, then resume."
PASSED_ON = frozenset({408, 502, 504})
"""Somebody on the way gave up waiting; the service behind it may have gone on with a write."""


class TokenRefusedError(SignInRequiredError):
    """A 401 that no rule explains: the token may just have expired, so one renewed token is worth a try."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not 2xx as the rules of one service look at it; `wait` is what its Retry-After says."""

    service: str
    method: str
    path: str
    status: int
    code: str
    message: str
    wait: timedelta | None = None

    def as_error(
        self,
        kind: type[RemoteError],
        message: str = "",
        *,
        wait: timedelta | None = None,
        code: str = "",
        advice: str = "",
        verdict: Verdict | None = None,
        lesson: Lesson | None = None,
    ) -> RemoteError:
        """This refusal as an error of `kind`, with a clearer sentence in front of the service's own.

        Retry-After is binding (I7): `wait` can only make it longer.
        """
        text = f"{message}. The service says: {self.message}" if message else self.message
        return kind(
            f"{self.method} {self.path}: {text}",
            service=self.service,
            status=self.status,
            remote_code=code or self.code,
            retry_after=max((one for one in (wait, self.wait) if one is not None), default=None),
            sentence=text,
            advice=advice,
            verdict=verdict,
            lesson=lesson,
            asked_wait=self.wait,
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
    report, status = error_report(answer), answer.status
    wait = throttled_for(answer, now) if status == 429 else retry_after(answer, now)
    refusal = Refusal(service, call.method, call.path, status, report.code, report.message, wait)
    if status == 429:
        return refusal.as_error(ThrottledError, verdict=Verdict.RETRY_LATER)
    if call.effect and status in PASSED_ON:
        return refusal.as_error(NoAnswerError, "a gateway got no answer, so the effect is unknown")
    if status < 400:
        return refusal.as_error(UnreadableAnswerError, "an answer that no call expects; redirects are not followed")
    known = rules(refusal)
    if status >= 500 or status == 408:
        return known if isinstance(known, UnavailableError) else refusal.as_error(UnavailableError)
    return known if known is not None else _unknown(refusal)


def _unknown(refusal: Refusal) -> RemoteError:
    """An answer that no rule names: only its status says something."""
    if refusal.status == 401:
        return refusal.as_error(TokenRefusedError, "the token was refused, also when renewed")
    if refusal.status == 409:
        return refusal.as_error(BusyError, wait=None if refusal.wait else BUSY_WAIT, verdict=Verdict.RETRY_LATER)
    named = f"code {refusal.code}, which is not known here" if refusal.code else f"{refusal.status} and no code"
    return refusal.as_error(RefusedError, f"refused with {named}", advice=LOOK_IT_UP)
