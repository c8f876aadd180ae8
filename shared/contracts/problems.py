"""Errors over HTTP: RFC 9457 problem details with a stable code."""

from __future__ import annotations

from http import HTTPStatus

from shared.contracts.base import WireModel
from shared.domain.errors import InvalidRequestError, OffboardingError, RequestIdReusedError

CONTENT_TYPE = "application/problem+json"
UNREADABLE = frozenset({"not_json", "not_utf8", "not_an_object", "repeated_field"})


class FieldProblem(WireModel):
    """One more field that is wrong."""

    field: str
    rule: str


class Problem(WireModel):
    """`code` is stable and machine-readable; `detail` and `operatorAction` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    operator_action: str | None = None
    field: str | None = None
    errors: tuple[FieldProblem, ...] | None = None
    offboarding_id: str | None = None
    live_offboarding_id: str | None = None


def problem(
    status: int, code: str, detail: str, operator_action: str = "", offboarding_id: str | None = None
) -> Problem:
    """A problem with the title of its HTTP status."""
    return Problem(
        type=f"urn:offboarding:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        operator_action=operator_action or None,
        offboarding_id=offboarding_id,
    )


def problem_of(error: OffboardingError) -> Problem:
    """The problem that an error is to an HTTP client."""
    if isinstance(error, InvalidRequestError):
        status = 413 if error.code == "body_too_large" else 400 if error.code in UNREADABLE else 422
        found = problem(status, error.code, str(error), error.operator_action)
        others = tuple(FieldProblem(field=field, rule=rule) for field, rule in error.others)
        return found.model_copy(update={"field": error.field, "errors": others or None})
    if isinstance(error, RequestIdReusedError):
        return problem(409, error.code, str(error), error.operator_action, error.offboarding_id)
    status = 503 if error.retryable else 500
    return problem(status, error.code, str(error), error.operator_action)
