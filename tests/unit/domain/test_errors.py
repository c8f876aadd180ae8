"""The error tree: stable codes, what may be tried again, and what an operator reads."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain import errors
from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    BrakeHeldError,
    BusyError,
    CeilingReachedError,
    ClaimEndingError,
    ConcurrencyConflictError,
    DeniedError,
    IdempotencyKeyReusedError,
    InvalidRequestError,
    ModePlanError,
    NewerRecordError,
    NoAnswerError,
    NoRelationshipError,
    NotSignedInError,
    OffboardingError,
    PreconditionError,
    ProtectedCustomerError,
    RefusedError,
    RemoteError,
    RequestIdReusedError,
    SettingsError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
    Verdict,
)
from shared.domain.explained.reasons import REASONS
from shared.domain.wording import shorten
from tests.unit.domain.support import LATER

TREE: list[tuple[type[OffboardingError], type[Exception], str, bool]] = [
    (OffboardingError, Exception, "internal_error", False),
    (RequestIdReusedError, OffboardingError, "request_id_reused", False),
    (ConcurrencyConflictError, OffboardingError, "concurrency_conflict", True),
    (NewerRecordError, OffboardingError, "newer_record", False),
    (ClaimEndingError, OffboardingError, "claim_ending", True),
    (SettingsError, OffboardingError, "settings_invalid", False),
    (InvalidRequestError, OffboardingError, "internal_error", False),
    (DeniedError, OffboardingError, "internal_error", False),
    (NotSignedInError, DeniedError, "internal_error", False),
    (IdempotencyKeyReusedError, OffboardingError, "idempotency_key_reused", False),
    (PreconditionError, OffboardingError, "internal_error", False),
    (ModePlanError, OffboardingError, "mode_plan", False),
    (BrakeHeldError, OffboardingError, "brake_held", False),
    (CeilingReachedError, OffboardingError, "ceiling_reached", True),
    (ProtectedCustomerError, OffboardingError, "protected_customer", False),
    (RemoteError, OffboardingError, "remote_error", False),
    (ThrottledError, RemoteError, "throttled", True),
    (UnavailableError, RemoteError, "unavailable", True),
    (NoAnswerError, RemoteError, "no_answer", True),
    (RefusedError, RemoteError, "refused", False),
    (NoRelationshipError, RefusedError, "no_relationship", False),
    (BusyError, RefusedError, "busy", True),
    (SignInRequiredError, RemoteError, "sign_in_required", False),
    (UnreadableAnswerError, RemoteError, "unreadable_answer", True),
]


@pytest.mark.parametrize(("kind", "above", "code", "retryable"), TREE)
def test_the_tree(kind: type[OffboardingError], above: type[Exception], code: str, retryable: bool) -> None:
    assert kind.__base__ is above
    assert (kind.code, kind.retryable) == (code, retryable)
    assert kind.operator_action.endswith(".")


def test_every_error_is_in_the_tree() -> None:
    defined = {item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, OffboardingError)}
    assert {row[0] for row in TREE} == defined


@pytest.mark.parametrize(
    ("made", "code", "text"),
    [
        (
            lambda: PreconditionError(ReasonCode.PRECONDITION_FAILED, "it has changed"),
            ReasonCode.PRECONDITION_FAILED,
            "it has changed",
        ),
        (lambda: DeniedError(ReasonCode.NOT_ALLOWED, "not yours"), ReasonCode.NOT_ALLOWED, "not yours"),
        (lambda: NotSignedInError("nobody"), ReasonCode.NOT_SIGNED_IN, "nobody"),
        (
            lambda: IdempotencyKeyReusedError("resume"),
            ReasonCode.IDEMPOTENCY_KEY_REUSED,
            "this Idempotency-Key was used before, for resume or with another body",
        ),
    ],
)
def test_what_was_refused_says_which_code_what_and_what_to_do(
    made: Callable[[], OffboardingError], code: ReasonCode, text: str
) -> None:
    error = made()
    assert (error.code, str(error), error.operator_action) == (code, text, REASONS[code].action)
    assert error.operator_action


def test_advice_replaces_what_the_code_says() -> None:
    assert DeniedError(ReasonCode.NOT_ALLOWED, "not yours", "Ask Ada.").operator_action == "Ask Ada."


@pytest.mark.parametrize(
    ("by", "why", "text"),
    [
        ("", "", "the kill switch is held; nothing is written"),
        ("Ada", "", "the kill switch is held by Ada; nothing is written"),
        ("", "a test", "the kill switch is held: a test; nothing is written"),
        ("Ada", "a test", "the kill switch is held by Ada: a test; nothing is written"),
    ],
)
def test_a_held_switch_names_who_holds_it_and_why(by: str, why: str, text: str) -> None:
    assert str(BrakeHeldError(by, why)) == text


def test_a_ceiling_names_what_and_until_when() -> None:
    error = CeilingReachedError("removals", LATER)
    assert (str(error), error.until) == ("the ceiling of removals an hour is reached", LATER)


def test_what_a_person_has_to_do_is_said_by_the_class() -> None:
    assert "new request id" in RequestIdReusedError.operator_action
    assert "new request id" in InvalidRequestError.operator_action
    assert "settings" in SettingsError.operator_action
    assert "consent" in SignInRequiredError.operator_action


def test_a_request_that_can_never_work_names_field_rule_and_value() -> None:
    error = InvalidRequestError(
        ReasonCode.WRONG_VALUE, "domain", "at most 5", '"abcdef"', (("a  b", "is missing"), ("c", "bad"))
    )

    assert (error.code, error.field, error.rule, error.value) == (
        ReasonCode.WRONG_VALUE,
        "domain",
        "at most 5",
        '"abcdef"',
    )
    assert error.others == (("a b", "is missing"), ("c", "bad"))
    assert str(error) == 'domain: at most 5 (got "abcdef")'
    assert not error.retryable


def test_a_request_without_a_value_and_with_endless_names_is_shown_short() -> None:
    assert str(InvalidRequestError(ReasonCode.WRONG_VALUE, "domain", "is required")) == "domain: is required"
    assert InvalidRequestError(ReasonCode.WRONG_VALUE, "domain", "is required").others == ()
    endless = InvalidRequestError(
        ReasonCode.WRONG_VALUE, "f" * 500, "is not known", "v" * 500, (("o" * 500, "is not known"),)
    )
    assert [len(item) for item in (endless.field, endless.value, endless.others[0][0])] == [80, 80, 80]
    assert len(str(endless)) < 200


def test_a_request_id_that_was_used_before_names_both() -> None:
    error = RequestIdReusedError("crm-1", "o-1")

    assert (error.request_id, error.offboarding_id) == ("crm-1", "o-1")
    assert str(error) == "requestId crm-1 belongs to offboarding o-1, which has another body"


def test_everything_that_an_answer_said_is_kept() -> None:
    error = BusyError(
        "try later",
        service="Partner Center",
        status=409,
        remote_code="900001",
        retry_after=timedelta(seconds=7),
        sentence="Another operation is pending",
        advice="Wait for it, then resume.",
        verdict=Verdict.RETRY_LATER,
    )

    assert str(error) == "Partner Center 409 900001: try later"
    assert (error.message, error.sentence) == ("try later", "Another operation is pending")
    assert (error.service, error.status, error.remote_code) == ("Partner Center", 409, "900001")
    assert (error.retry_after, error.verdict) == (timedelta(seconds=7), Verdict.RETRY_LATER)
    assert (error.advice, error.operator_action) == ("Wait for it, then resume.", "Wait for it, then resume.")


def test_an_answer_that_said_nothing_more() -> None:
    error = SignInRequiredError("no")

    assert (str(error), error.message, error.sentence) == ("no", "no", "no")
    assert (error.service, error.status, error.remote_code, error.retry_after) == ("", None, "", None)
    assert (error.advice, error.verdict) == ("", None)
    assert error.operator_action == SignInRequiredError.operator_action
    assert str(RemoteError("no", remote_code="900001")) == "900001: no"
    assert str(RemoteError("no", status=500)) == "500: no"


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        (" a \n\tb  ", 3, "a b"),
        ("a \n b c", 4, "a b…"),
        ("", 3, ""),
        ("x" * 80, 80, "x" * 80),
    ],
)
def test_a_value_is_shown_in_one_line_and_within_its_limit(value: str, limit: int, shown: str) -> None:
    assert shorten(value, limit) == shown


def test_eighty_characters_are_shown_unless_it_is_said_otherwise() -> None:
    assert shorten("x" * 80) == "x" * 80
    assert shorten("x" * 81) == "x" * 79 + "…"
