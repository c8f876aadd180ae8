"""The preflight as a table: which claims and which refusals are problems for a person, and which pass by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.advice import CONSENT
from shared.domain.errors import (
    NoAnswerError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from shared.pipeline.core.services import Services
from shared.pipeline.steps.preflight import (
    GOOD_FOR,
    NO_TOKEN,
    NOT_TAKEN,
    claims_problems,
    forget_clear_answer,
    preflight,
    problem_of,
)
from shared.ports.partner import PartnerCenter
from shared.ports.sign_in import Claims, SignIn

PARTNER = "9a000000-0000-4000-8000-000000000001"
GOOD = Claims("https://api.partnercenter.microsoft.com", PARTNER, "app", "user", frozenset({"pwd", "mfa"}), False)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    forget_clear_answer()
    yield
    forget_clear_answer()


def codes(claims: Claims, *, right_audience: bool = True) -> list[tuple[str, str]]:
    found = claims_problems(claims, right_audience=right_audience, partner_tenant_id=PARTNER)
    assert all(item.consequence == NOT_TAKEN for item in found)
    return [(item.check, item.code) for item in found]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"tenant_id": ""}, []),  # absent claims prove nothing
        ({"tenant_id": "another"}, [("tenant", "wrong_tenant")]),
        ({"app_only": True}, [("user", "900329")]),
        ({"app_only": True, "methods": frozenset()}, [("user", "900329")]),  # one cause, one problem
        ({"methods": frozenset({"pwd"})}, [("mfa", "900421")]),
        ({"methods": frozenset(), "tenant_id": "another"}, [("tenant", "wrong_tenant"), ("mfa", "900421")]),
    ],
)
def test_what_a_token_may_lack(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(replace(GOOD, **changed)) == expected
    assert codes(replace(GOOD, **changed), right_audience=False) == [("audience", "900420"), *expected]


def test_each_problem_says_what_a_person_has_to_do() -> None:
    bad = replace(GOOD, tenant_id="another", methods=frozenset())
    audience, tenant, mfa = claims_problems(bad, right_audience=False, partner_tenant_id=PARTNER)
    [user] = claims_problems(replace(GOOD, app_only=True), right_audience=True, partner_tenant_id=PARTNER)

    assert (mfa.action, user.action) == (CONSENT, CONSENT)
    assert "OFFBOARDING_CLOUD" in audience.action
    assert "OFFBOARDING_PARTNER_TENANT_ID" in tenant.action
    assert "tenant another and not" in tenant.cause


@pytest.mark.parametrize(("audience", "shown"), [("", "nobody"), ("a" * 100, "a" * 80)])
def test_a_wrong_audience_is_named(audience: str, shown: str) -> None:
    [problem] = claims_problems(replace(GOOD, audience=audience), right_audience=False, partner_tenant_id=PARTNER)
    assert problem.cause == f"The token is for {shown} instead of Partner Center"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError("x", status=403, remote_code="900150"), "900150"),
        (RefusedError("x", status=403), "403"),
        (RefusedError("x"), "refused"),
        (SignInRequiredError("x"), "sign_in_required"),
    ],
)
def test_a_refusal_is_called_by_the_most_exact_code(error: RemoteError, code: str) -> None:
    assert problem_of("role", error, NOT_TAKEN).code == code


def test_a_refusal_becomes_sentences_without_the_call() -> None:
    error = RefusedError("GET /v1: 403", sentence="The user is no Admin agent.", advice="Give the role, then resume.")
    found = problem_of("role", error, NO_TOKEN)
    assert (found.check, found.cause, found.consequence) == ("role", "The user is no Admin agent", NO_TOKEN)
    assert found.action == "Give the role"


# Asked of the services.


class Entra:
    """A SignIn that answers with these claims, or fails."""

    def __init__(self, claims: Claims | RemoteError = GOOD) -> None:
        self.answer, self.asked, self.forgotten = claims, 0, 0

    def claims(self) -> Claims:
        self.asked += 1
        if isinstance(self.answer, RemoteError):
            raise self.answer
        return self.answer

    def right_audience(self, claims: Claims) -> bool:
        return claims.audience == GOOD.audience

    def forget(self) -> None:
        self.forgotten += 1


def services_of(entra: Entra, mocker: MockerFixture, refusal: RemoteError | None = None) -> tuple[World, Services]:
    world = World()
    partner_center = mocker.Mock(spec=["relationship_request_url"])
    partner_center.relationship_request_url.side_effect = refusal
    return world, replace(
        world.services,
        sign_in=cast("SignIn", entra),
        partner_center=cast("PartnerCenter", partner_center),
        partner=replace(world.services.partner, tenant_id=PARTNER),
    )


def calls(services: Services) -> int:
    return cast("Any", services.partner_center).relationship_request_url.call_count  # type: ignore[no-any-return]


def test_a_sign_in_that_works_is_asked_again_when_five_minutes_are_over(mocker: MockerFixture) -> None:
    entra = Entra()
    world, services = services_of(entra, mocker)
    assert [preflight(services) for _ in range(3)] == [(), (), ()]
    assert (entra.asked, entra.forgotten, calls(services)) == (1, 0, 1)

    world.clock.pass_machine(timedelta(seconds=GOOD_FOR - 1))
    preflight(services)
    assert entra.asked == 1
    world.clock.pass_machine(timedelta(seconds=1))
    preflight(services)
    assert (entra.asked, calls(services)) == (2, 2)


def test_a_clear_answer_counts_for_the_sign_in_that_was_asked(mocker: MockerFixture) -> None:
    preflight(services_of(Entra(), mocker)[1])
    bad = Entra(replace(GOOD, methods=frozenset()))
    assert [item.code for item in preflight(services_of(bad, mocker)[1])] == ["900421"]


def test_a_token_that_lacks_something_is_forgotten_and_partner_center_not_asked(mocker: MockerFixture) -> None:
    """What it lacks may be mended in a minute, and it would be handed out for an hour."""
    entra = Entra(replace(GOOD, tenant_id="another"))
    _, services = services_of(entra, mocker)
    for _ in range(2):
        assert [item.check for item in preflight(services)] == ["tenant"]
    assert (entra.asked, entra.forgotten, calls(services)) == (2, 2, 0)


def test_no_token_is_a_problem_for_a_person_and_never_kept(mocker: MockerFixture) -> None:
    entra = Entra(SignInRequiredError("x", remote_code="AADSTS700082", sentence="It expired.", advice="Sign in."))
    _, services = services_of(entra, mocker)
    for _ in range(2):
        [problem] = preflight(services)
        assert (problem.check, problem.code, problem.consequence) == ("token", "AADSTS700082", NO_TOKEN)
    assert (entra.asked, calls(services)) == (2, 0)


@pytest.mark.parametrize("error", [UnavailableError("503"), NoAnswerError("time-out"), ThrottledError("429")])
def test_what_passes_by_itself_is_raised_wherever_it_happens(error: RemoteError, mocker: MockerFixture) -> None:
    for entra, refusal in ((Entra(error), None), (Entra(), error)):
        with pytest.raises(type(error)) as caught:
            preflight(services_of(entra, mocker, refusal)[1])
        assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        SignInRequiredError("x", status=401),
        SignInRequiredError("x"),
        RefusedError("x", status=401),
        RefusedError("x", status=403),
    ],
)
def test_a_user_without_the_role_is_a_problem_for_a_person(error: RemoteError, mocker: MockerFixture) -> None:
    _, services = services_of(Entra(), mocker, error)
    for _ in range(2):
        [problem] = preflight(services)
        assert (problem.check, problem.consequence) == ("role", NOT_TAKEN)
    assert calls(services) == 2


@pytest.mark.parametrize("status", [None, 400, 402, 404])
def test_an_odd_answer_says_nothing_about_the_sign_in(status: int | None, mocker: MockerFixture) -> None:
    error = RefusedError("odd", status=status)
    with pytest.raises(UnreadableAnswerError, match="answered oddly") as caught:
        preflight(services_of(Entra(), mocker, error)[1])
    assert caught.value.retryable
    assert caught.value.__cause__ is error
