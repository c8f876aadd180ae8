"""The one error tree of the application.

OffboardingError                    code, retryable, operator_action
├── InvalidRequestError             the request can never work: field, value, rule
├── DeniedError                     the caller may not do this; nothing was done
│   └── NotSignedInError            it is not known who calls
├── RequestIdReusedError            the request id is known with another body
├── IdempotencyKeyReusedError       the key was used for another call
├── PreconditionError               decided about something that is another by now
├── ConcurrencyConflictError        the stored record has a newer ETag
├── ClaimEndingError                too little claim time is left to start another effect
├── BrakeHeldError                  the kill switch is held: nothing is written
├── CeilingReachedError             this hour's writes are used up
├── NewerRecordError                a later version stored it: it is left alone
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

from datetime import datetime, timedelta

from shared.domain.codes import ReasonCode
from shared.domain.explained.reasons import REASONS
from shared.domain.lessons import Lesson
from shared.domain.verdict import Verdict as Verdict
from shared.domain.wording import shorten


class OffboardingError(Exception):
    """Base of every error the application raises on purpose.

    `code` is stable and machine-readable, `retryable` says whether the same call may work later without a person,
    `operator_action` is the sentence that an operator should read.
    """

    code = ReasonCode.INTERNAL_ERROR
    retryable = False
    operator_action = "Look at the timeline and the log of this offboarding, then resume it."


class InvalidRequestError(OffboardingError):
    """The request can never work. Names the field (JSON path), the value and the rule; `others` are further pairs of
    field and rule of the same body. Names and values are shortened: a sender may make them as long as the body."""

    operator_action = "Correct it and send it with a new request id."

    def __init__(
        self, code: ReasonCode, field: str, rule: str, value: str = "", others: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.code, self.field, self.rule, self.value = code, shorten(field), rule, shorten(value)
        self.others = tuple((shorten(name), broken) for name, broken in others)
        self.operator_action = REASONS[code].action or type(self).operator_action
        shown = f" (got {self.value})" if self.value else ""
        super().__init__(f"{self.field}: {rule}{shown}")


class DeniedError(OffboardingError):
    """Whoever calls may not do this; `advice` says who could, or what would have to be set up."""

    def __init__(self, code: ReasonCode, message: str, advice: str = "") -> None:
        self.code = code
        self.operator_action = advice or REASONS[code].action
        super().__init__(message)


class NotSignedInError(DeniedError):
    """It is not known who calls: nobody, or an identity that cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(ReasonCode.NOT_SIGNED_IN, message)


class RequestIdReusedError(OffboardingError):
    """A request id was used before with another body; nothing was changed."""

    code = ReasonCode.REQUEST_ID_REUSED
    operator_action = "Send the changed request with a new request id."

    def __init__(self, request_id: str, offboarding_id: str, fields: tuple[str, ...] = ()) -> None:
        self.request_id, self.offboarding_id, self.fields = request_id, offboarding_id, fields
        named = f"; not the same: {', '.join(fields)}" if fields else ""
        super().__init__(
            f"requestId {request_id} belongs to offboarding {offboarding_id}, which has another body{named}"
        )


class IdempotencyKeyReusedError(OffboardingError):
    """An Idempotency-Key was used before for another operation or with another body; nothing was changed."""

    code = ReasonCode.IDEMPOTENCY_KEY_REUSED
    operator_action = REASONS[ReasonCode.IDEMPOTENCY_KEY_REUSED].action

    def __init__(self, operation: str) -> None:
        super().__init__(f"this Idempotency-Key was used before, for {operation} or with another body")


class PreconditionError(OffboardingError):
    """The caller did not say what it looked at, or looked at an older state; nothing was changed."""

    def __init__(self, code: ReasonCode, text: str) -> None:
        self.code = code
        self.operator_action = REASONS[code].action
        super().__init__(text)


class ConcurrencyConflictError(OffboardingError):
    """Somebody else wrote the record first: reload and decide again."""

    code = ReasonCode.CONCURRENCY_CONFLICT
    retryable = True


class NewerRecordError(OffboardingError):
    """A later version stored the record: this one leaves it as it is."""

    code = ReasonCode.NEWER_RECORD
    operator_action = REASONS[ReasonCode.NEWER_RECORD].action


class ClaimEndingError(OffboardingError):
    """No effect may start this close to the claim's expiry: stop here and go on by message."""

    code = ReasonCode.CLAIM_ENDING
    retryable = True


class SettingsError(OffboardingError):
    """Settings are missing or malformed; the message lists every one of them."""

    code = ReasonCode.SETTINGS_INVALID
    operator_action = "Correct the named application settings and restart."


class ModePlanError(OffboardingError):
    """A write was due, and the deployment is in mode plan: it waits until the mode is live again."""

    code = ReasonCode.MODE_PLAN
    operator_action = "Set OFFBOARDING_MODE to live when this may go on; it goes on by itself."


class BrakeHeldError(OffboardingError):
    """A write was due while the kill switch is held: it was not sent, and waits until the switch is released."""

    code = ReasonCode.BRAKE_HELD
    operator_action = "Release the kill switch when writes may go on; this then goes on by itself."

    def __init__(self, by: str, why: str) -> None:
        who = f" by {by}" if by else ""
        super().__init__(f"the kill switch is held{who}{f': {why}' if why else ''}; nothing is written")


class CeilingReachedError(OffboardingError):
    """This hour has used what the partner allows; the write was not sent, and waits for the next hour."""

    code = ReasonCode.CEILING_REACHED
    retryable = True
    operator_action = "It goes on by itself in the next hour. To go faster, raise the ceiling in the settings."

    def __init__(self, what: str, until: datetime) -> None:
        self.until = until
        super().__init__(f"the ceiling of {what} an hour is reached")


class ProtectedCustomerError(OffboardingError):
    """The customer is protected: nothing more is written to it."""

    code = ReasonCode.PROTECTED_CUSTOMER
    operator_action = (
        "See the holdings for what was done before, and switch on again what the customer needs. If it is to be "
        "offboarded after all, take it off the list, then send the request with a new request id."
    )


class RemoteError(OffboardingError):
    """A service that the pipeline calls did not do what was asked.

    `sentence` is what the answer means (the message has it too, after the call), `advice` replaces the class's
    operator_action, `verdict` is None for an answer whose code is not known, `lesson` is what it teaches for later.
    `retry_after`: when it is worth asking again; `asked_wait`: what the service itself asked for, never cut short (I7).
    """

    code = ReasonCode.REMOTE_ERROR

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
        lesson: Lesson | None = None,
        asked_wait: timedelta | None = None,
    ) -> None:
        self.service, self.status, self.remote_code, self.retry_after = (
            service,
            status,
            remote_code,
            retry_after,
        )
        self.message, self.sentence, self.advice = message, sentence or message, advice
        self.verdict, self.lesson, self.asked_wait = verdict, lesson, asked_wait
        if advice:
            self.operator_action = advice
        place = " ".join(part for part in (service, str(status or ""), remote_code) if part)
        super().__init__(f"{place}: {message}" if place else message)


class ThrottledError(RemoteError):
    """429. No call before `retry_after` has passed (I7)."""

    code = ReasonCode.THROTTLED
    retryable = True


class UnavailableError(RemoteError):
    """The service answered 5xx or could not be reached."""

    code = ReasonCode.UNAVAILABLE
    retryable = True


class NoAnswerError(RemoteError):
    """The call may or may not have taken effect: read before writing again, with the same MS-RequestId."""

    code = ReasonCode.NO_ANSWER
    retryable = True


class RefusedError(RemoteError):
    """The service understood the call and refused it."""

    code = ReasonCode.REFUSED


class NoRelationshipError(RefusedError):
    """The partner has no relationship with this customer (20002, 900159, 1000, 60003, 3000)."""

    code = ReasonCode.NO_RELATIONSHIP


class BusyError(RefusedError):
    """Refused for now, usually because another operation is pending (409); `retry_after` says when to ask again."""

    code = ReasonCode.BUSY
    retryable = True


class SignInRequiredError(RemoteError):
    """The token is missing, has no MFA claim or belongs to the wrong kind of caller."""

    code = ReasonCode.SIGN_IN_REQUIRED
    operator_action = "Run python3 dev.py consent and sign in with MFA as an Admin agent, then resume."


class UnreadableAnswerError(RemoteError):
    """The answer could not be understood, so nothing is concluded from it (I8)."""

    code = ReasonCode.UNREADABLE_ANSWER
    retryable = True
