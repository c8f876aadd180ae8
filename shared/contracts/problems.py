"""Errors over HTTP: RFC 9457 problem details with a stable code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from shared.contracts.base import WireModel
from shared.contracts.mistakes import FieldProblem, other_mistakes
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError, RequestIdReusedError
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.record import Offboarding

CONTENT_TYPE = "application/problem+json"
STATUSES: Mapping[ReasonCode, HTTPStatus] = MappingProxyType(
    {
        ReasonCode.NOT_JSON: HTTPStatus.BAD_REQUEST,
        ReasonCode.NOT_UTF8: HTTPStatus.BAD_REQUEST,
        ReasonCode.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
        ReasonCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
        ReasonCode.OWN_REQUEST: HTTPStatus.FORBIDDEN,
        ReasonCode.FOREIGN_FORM: HTTPStatus.FORBIDDEN,
        ReasonCode.AUTHENTICATION_OFF: HTTPStatus.FORBIDDEN,
        ReasonCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
        ReasonCode.REQUEST_ID_REUSED: HTTPStatus.CONFLICT,
        ReasonCode.BATCH_ID_REUSED: HTTPStatus.CONFLICT,
        ReasonCode.NEWER_RECORD: HTTPStatus.CONFLICT,
        ReasonCode.RECORD_RESTORED: HTTPStatus.CONFLICT,
        ReasonCode.RECORD_DIFFERS: HTTPStatus.CONFLICT,
        ReasonCode.LIVE_WITH_OTHER_OPTIONS: HTTPStatus.CONFLICT,
        ReasonCode.IDEMPOTENCY_KEY_REUSED: HTTPStatus.CONFLICT,
        ReasonCode.NOT_RESUMABLE: HTTPStatus.CONFLICT,
        ReasonCode.NOT_OVERRIDABLE: HTTPStatus.CONFLICT,
        ReasonCode.NOT_APPROVABLE: HTTPStatus.CONFLICT,
        ReasonCode.PRECONDITION_FAILED: HTTPStatus.PRECONDITION_FAILED,
        ReasonCode.PRECONDITION_REQUIRED: HTTPStatus.PRECONDITION_REQUIRED,
        ReasonCode.NOT_WITHDRAWABLE: HTTPStatus.CONFLICT,
        ReasonCode.NOT_RESCHEDULABLE: HTTPStatus.CONFLICT,
        ReasonCode.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ReasonCode.NOT_AN_OBJECT: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.REPEATED_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.MISSING_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.UNKNOWN_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.WRONG_TYPE: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.WRONG_VALUE: HTTPStatus.UNPROCESSABLE_ENTITY,
        ReasonCode.SETTINGS_INVALID: HTTPStatus.INTERNAL_SERVER_ERROR,
        ReasonCode.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
        ReasonCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
        ReasonCode.CONCURRENCY_CONFLICT: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""The HTTP status of every code that a client has to expect: 400 for what cannot be read as JSON, 422 for JSON that
breaks a rule. Of other errors it is 503 if they pass by themselves,
else 500."""


REPEAT: Mapping[int, str] = MappingProxyType(
    {
        HTTPStatus.INTERNAL_SERVER_ERROR: "Tell operations; sending the same again is safe.",
        HTTPStatus.SERVICE_UNAVAILABLE: (
            "Send the same again after `Retry-After`: it may have been accepted, and counts once."
        ),
    }
)
"""What to do about a fault that is not the client's, as Markdown, whatever its code."""


CORRECT = "Correct it, and send it again."
"""What to do about a mistake in a call that makes no request: it has no request id, and refused it has no effect."""


class Problem(WireModel):
    """`code` is stable and machine-readable; `detail` and `operatorAction` are for people.

    `field` and `detail` are about the first mistake, `errors` about the others. `operatorAction` is never empty; its
    default is that of what was kept before every problem had one."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    operator_action: str = CORRECT
    field: str | None = None
    errors: tuple[FieldProblem, ...] | None = None
    offboarding_id: str | None = None
    live_offboarding_id: str | None = None


def problem(
    code: ReasonCode,
    detail: str,
    operator_action: str = "",
    offboarding_id: str | None = None,
    *,
    otherwise: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR,
) -> Problem:
    """A problem with the title of its HTTP status; `otherwise` is the status of a code that is not in the table.

    Every problem says what to do: without `operator_action`, what is explained of its status or its code."""
    status = STATUSES.get(code, otherwise)
    return Problem(
        type=f"urn:offboarding:problem:{code}",
        title=status.phrase,
        status=status,
        code=code,
        detail=detail,
        operator_action=operator_action or _what_to_do(code, status),
        offboarding_id=offboarding_id,
    )


def _what_to_do(code: ReasonCode, status: HTTPStatus) -> str:
    """Of a code about which nobody else has to do anything, the caller corrects what it sent."""
    return (REPEAT.get(status) or REASONS[code].what_to_do or CORRECT).replace("`", "")


def refused_beside(offboarding: Offboarding) -> Problem | None:
    """What is told of a request whose customer has a live offboarding under other options; None for any other."""
    reason = offboarding.reason
    if reason is None or reason.code is not ReasonCode.LIVE_WITH_OTHER_OPTIONS:
        return None
    found = problem(reason.code, reason.text, reason.operator_action, offboarding.id)
    return found.model_copy(update={"live_offboarding_id": offboarding.other_id})


def problem_of(error: OffboardingError, *, of_request: bool = True) -> Problem:
    """The problem that an error is to an HTTP client. `of_request`: it sent a request, not a filter or a decision."""
    if isinstance(error, InvalidRequestError):
        action = error.operator_action if of_request else CORRECT
        found = problem(error.code, str(error), action, otherwise=HTTPStatus.UNPROCESSABLE_ENTITY)
        return found.model_copy(update={"field": error.field, "errors": other_mistakes(error) or None})
    identity = error.offboarding_id if isinstance(error, RequestIdReusedError) else None
    otherwise = HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.INTERNAL_SERVER_ERROR
    # The general advice speaks of an offboarding, which a client of a failed call need not have.
    action = "" if error.operator_action == OffboardingError.operator_action else error.operator_action
    return problem(error.code, str(error), action, identity, otherwise=otherwise)
