"""Problems: the status of a code is the same wherever it comes from."""

from __future__ import annotations

import pytest

from shared.contracts.problems import REPEAT, STATUSES, problem, problem_of
from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    ConcurrencyConflictError,
    InvalidRequestError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    RequestIdReusedError,
    SettingsError,
    UnavailableError,
)
from shared.domain.explained.requests import REQUESTS


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidRequestError(ReasonCode.NOT_JSON, "$", "rule"), 400),
        (InvalidRequestError(ReasonCode.BODY_TOO_LARGE, "$", "rule"), 413),
        (InvalidRequestError(ReasonCode.WRONG_VALUE, "status", "rule"), 422),
        (InvalidRequestError(ReasonCode.INVALID_ID, "id", "rule"), 422),
        (RequestIdReusedError("r", "o"), 409),
        (UnavailableError("x"), 503),
        (NoAnswerError("x"), 503),
        (ConcurrencyConflictError("x"), 503),
        (SettingsError("x"), 500),
        (RefusedError("x"), 500),
        (OffboardingError("x"), 500),
    ],
    ids=lambda item: type(item).__name__ if isinstance(item, Exception) else str(item),
)
def test_the_status_of_an_error(error: OffboardingError, status: int) -> None:
    found = problem_of(error)
    assert (found.status, found.code) == (status, error.code)
    assert found.offboarding_id == ("o" if isinstance(error, RequestIdReusedError) else None)


@pytest.mark.parametrize("code", STATUSES)
def test_a_code_of_the_table_has_its_status(code: ReasonCode) -> None:
    found = problem(code, "detail")
    assert (found.status, found.title) == (STATUSES[code].value, STATUSES[code].phrase)


def test_any_other_code_is_a_fault_of_ours() -> None:
    assert problem(ReasonCode.ILLEGAL_MOVE, "detail").status == 500


@pytest.mark.parametrize("code", STATUSES)
def test_every_problem_says_what_to_do(code: ReasonCode) -> None:
    action = problem(code, "detail").operator_action
    assert action
    assert "`" not in action


@pytest.mark.parametrize("error", [UnavailableError("x"), ConcurrencyConflictError("x"), OffboardingError("x")])
def test_a_fault_does_not_speak_of_an_offboarding_that_need_not_be_there(error: OffboardingError) -> None:
    found = problem_of(error)
    assert found.operator_action == REPEAT[found.status].replace("`", "")


def test_what_to_do_about_a_request_follows_from_its_code() -> None:
    actions = {problem_of(InvalidRequestError(code, "$", "rule")).operator_action for code in REQUESTS.reasons}
    assert len(actions) > 4


def test_only_a_request_is_sent_again_with_another_id() -> None:
    error = InvalidRequestError(ReasonCode.WRONG_VALUE, "status", "rule", "foo")
    assert "new request id" in (problem_of(error).operator_action or "")
    assert problem_of(error, of_request=False).operator_action == "Correct it, and send it again."
