"""The one error tree of the application.

OffboardingError                    code, retryable, operator_action
├── InvalidRequestError             the request can never work: field, value, rule
├── RequestIdReusedError            the request id is known with another body
├── ConcurrencyConflictError        the stored record has a newer ETag
├── ClaimEndingError                too little claim time is left to start another effect
├── SettingsError                   settings are missing or wrong (all of them named at once)
└── RemoteError                     Partner Center, Microsoft Graph or Azure
    ├── ThrottledError              429: retry_after is binding (I7)
    ├── UnavailableError            5xx, refused connection: answered or never reached
    ├── NoAnswerError               time-out, broken connection: the effect is unknown
    ├── RefusedError                4xx with a code; verdict and operator_action say what to make of it
    │   ├── NoRelationshipError     the customer is not (or no longer) this partner's
    │   └── BusyError               refused for now (409 and some others), retry_after says when to ask again
    ├── SignInRequiredError         401: no retry helps, a person must sign in again
    └── UnreadableAnswerError       an answer that is not understood (I8: fail closed)
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What a refusal means for the work: every error code that is known leads to exactly one of these.

    RETRY_LATER: the same call may work after a wait. ALREADY_DONE: what was asked for seems to be so already, or what
    it was asked for is not in the state that was read; either way only reading again tells. CANNOT_NOW: the holding
    cannot be changed like this, and goes on blocking. OPERATOR: a person has to do something first. BUG: the pipeline
    should never have made this call.
    """

    RETRY_LATER = "retry_later"
    ALREADY_DONE = "already_done"
    CANNOT_NOW = "cannot_now"
    OPERATOR = "operator"
    BUG = "bug"


class OffboardingError(Exception):
    """Base of every error the application raises on purpose.

    `code` is stable and machine-readable, `retryable` says whether the same call may work later without a person,
    `operator_action` is the sentence that an operator should read.
    """

    code = "internal_error"
    retryable = False
    operator_action = "Look at the timeline and the log of this offboarding, then resume it."


class InvalidRequestError(OffboardingError):
    """The request can never work. Names the field (JSON path), the value and the rule; `others` are further pairs of
    field and rule of the same body. Names and values are shortened: a sender may make them as long as the body."""

    operator_action = "Correct the request and send it again."

    def __init__(
        self, code: str, field: str, rule: str, value: str = "", others: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.code, self.field, self.rule, self.value = code, shorten(field), rule, shorten(value)
        self.others = tuple((shorten(name), broken) for name, broken in others)
        shown = f" (got {self.value})" if self.value else ""
        super().__init__(f"{self.field}: {rule}{shown}")


class RequestIdReusedError(OffboardingError):
    """A request id was used before with another body; nothing was changed."""

    code = "request_id_reused"
    operator_action = "Send the changed request with a new request id."

    def __init__(self, request_id: str, offboarding_id: str) -> None:
        self.request_id, self.offboarding_id = request_id, offboarding_id
        super().__init__(f"requestId {request_id} belongs to offboarding {offboarding_id}, which has another body")


class ConcurrencyConflictError(OffboardingError):
    """Somebody else wrote the record first: reload and decide again."""

    code = "concurrency_conflict"
    retryable = True


class ClaimEndingError(OffboardingError):
    """No effect may start this close to the claim's expiry: stop here and go on by message."""

    code = "claim_ending"
    retryable = True


class SettingsError(OffboardingError):
    """Settings are missing or malformed; the message lists every one of them."""

    code = "settings_invalid"
    operator_action = "Correct the named application settings and restart."


class RemoteError(OffboardingError):
    """A service that the pipeline calls did not do what was asked.

    `sentence` is what the answer means (the message has it too, after the call), `advice` replaces the class's
    operator_action, `verdict` is None for an answer whose code is not known.
    """

    code = "remote_error"

    def __init__(
        self,
        message: str,
        *,
        service: str = "",
        status: int | None = None,
        remote_code: str = "",
        retry_after: timedelta | None = None,
        sentence: str = "",
        advice: str = "",
        verdict: Verdict | None = None,
    ) -> None:
        self.service, self.status, self.remote_code, self.retry_after = (
            service,
            status,
            remote_code,
            retry_after,
        )
        self.message, self.sentence, self.advice, self.verdict = message, sentence or message, advice, verdict
        if advice:
            self.operator_action = advice
        place = " ".join(part for part in (service, str(status or ""), remote_code) if part)
        super().__init__(f"{place}: {message}" if place else message)


class ThrottledError(RemoteError):
    """429. No call before `retry_after` has passed (I7)."""

    code = "throttled"
    retryable = True


class UnavailableError(RemoteError):
    """The service answered 5xx or could not be reached."""

    code = "unavailable"
    retryable = True


class NoAnswerError(RemoteError):
    """The call may or may not have taken effect: read before writing again, with the same MS-RequestId."""

    code = "no_answer"
    retryable = True


class RefusedError(RemoteError):
    """The service understood the call and refused it."""

    code = "refused"


class NoRelationshipError(RefusedError):
    """The partner has no relationship with this customer (20002, 900159, 1000, 60003, 3000)."""

    code = "no_relationship"


class BusyError(RefusedError):
    """Refused for now, usually because another operation is pending (409); `retry_after` says when to ask again."""

    code = "busy"
    retryable = True


class SignInRequiredError(RemoteError):
    """The token is missing, has no MFA claim or belongs to the wrong kind of caller."""

    code = "sign_in_required"
    operator_action = "Run python3 dev.py consent and sign in with MFA as an Admin agent, then resume."


class UnreadableAnswerError(RemoteError):
    """The answer could not be understood, so nothing is concluded from it (I8)."""

    code = "unreadable_answer"
    retryable = True


def shorten(value: str, limit: int = 80) -> str:
    """A value as it may be shown in a message: one line, at most `limit` characters."""
    flat = " ".join(value.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
