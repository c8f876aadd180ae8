"""Problems: the status of a code is the same wherever it comes from."""

from __future__ import annotations

import importlib
import pkgutil
from http import HTTPStatus

import pytest

import shared
from shared.contracts.batch import BatchRow
from shared.contracts.problems import CORRECT, REPEAT, STATUSES, problem, problem_of, refused_beside
from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    ConcurrencyConflictError,
    DeniedError,
    InvalidRequestError,
    NoAnswerError,
    NotSignedInError,
    OffboardingError,
    PreconditionError,
    RefusedError,
    RequestIdReusedError,
    SettingsError,
    UnavailableError,
)
from shared.domain.explained.requests import REQUESTS
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from tests.unit.support.heads import head_of


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


def error_classes() -> list[type[OffboardingError]]:
    """The whole tree, wherever its classes are."""
    for module in pkgutil.walk_packages(shared.__path__, "shared."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[OffboardingError]] = []
    left = [OffboardingError]
    while left:
        found.append(left.pop())
        left += found[-1].__subclasses__()
    return found


def raised(kind: type[OffboardingError], code: ReasonCode) -> OffboardingError:
    """An error of this class, however it is made."""
    if issubclass(kind, InvalidRequestError):
        return kind(code, "field", "rule")
    if issubclass(kind, DeniedError | PreconditionError) and kind is not NotSignedInError:
        return kind(code, "text")
    error = kind.__new__(kind)
    Exception.__init__(error, "text")
    error.code = code
    if isinstance(error, RequestIdReusedError):
        error.offboarding_id = "o"
    return error


@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize("otherwise", [422, 500, 503])
def test_every_problem_says_what_to_do(code: ReasonCode, otherwise: int) -> None:
    action = problem(code, "detail", otherwise=HTTPStatus(otherwise)).operator_action
    assert action.strip()
    assert "`" not in action


@pytest.mark.parametrize("code", ReasonCode)
def test_whatever_is_raised_says_what_to_do(code: ReasonCode) -> None:
    classes = error_classes()
    assert len(classes) > 25
    for kind in classes:
        for of_request in (True, False):
            found = problem_of(raised(kind, code), of_request=of_request)
            assert found.operator_action.strip(), (kind, code)
            assert f'"operatorAction":"{found.operator_action[:10]}' in found.to_json()


def test_a_refusal_beside_a_live_offboarding_says_what_to_do_even_without_words_of_its_own() -> None:
    reason = Reason(ReasonCode.LIVE_WITH_OTHER_OPTIONS, "it lives")
    found = refused_beside(head_of(Status.REJECTED, reason=reason))
    assert found is not None
    assert found.operator_action


def test_a_problem_that_was_kept_before_reads_as_one_that_says_what_to_do() -> None:
    kept = (
        '{"position": 0, "problem": {"type": "t", "title": "t", "status": 422, "code": "wrong_value", "detail": "d"}}'
    )
    row = BatchRow.model_validate_json(kept, by_alias=True, by_name=False)
    assert row.problem is not None
    assert row.problem.operator_action == CORRECT


@pytest.mark.parametrize("error", [UnavailableError("x"), ConcurrencyConflictError("x"), OffboardingError("x")])
def test_a_fault_does_not_speak_of_an_offboarding_that_need_not_be_there(error: OffboardingError) -> None:
    found = problem_of(error)
    assert found.operator_action == REPEAT[found.status].replace("`", "")


def test_what_to_do_about_a_request_follows_from_its_code() -> None:
    actions = {problem_of(InvalidRequestError(code, "$", "rule")).operator_action for code in REQUESTS.reasons}
    assert len(actions) > 4


def test_only_a_request_is_sent_again_with_another_id() -> None:
    error = InvalidRequestError(ReasonCode.WRONG_VALUE, "status", "rule", "foo")
    assert "new request id" in (problem_of(error).operator_action)
    assert problem_of(error, of_request=False).operator_action == "Correct it, and send it again."
