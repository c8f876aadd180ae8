"""The daily renewal: the new token is stored, its age is told, and nothing that goes wrong loses the old one."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.messages import Request
from local.simulator.scenario.models import Scenario
from local.world.crash import CrashError
from local.world.world import World
from shared.domain.errors import RemoteError
from shared.upkeep.renew_sign_in import level_of, renew_sign_in


def world_of(sign_in: SignIn | None = None) -> World:
    return World(scenario=Scenario(knobs=Knobs(sign_in=sign_in or SignIn())))


def test_the_new_token_is_stored_and_works(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = world_of()
    old = world.vault.read().value
    world.clock.pass_machine(timedelta(days=1))
    renew_sign_in(world.services)

    new = world.vault.read()
    assert new.value != old
    assert new.stored_at == world.clock.machine()
    assert "refresh_token_age_days=0" in caplog.text
    renew_sign_in(world.services)
    assert world.services.sign_in.claims().mfa
    assert new.value not in caplog.text


def test_a_consent_during_the_renewal_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """A person signs in with `dev.py consent` while the daily timer waits for its answer."""
    world = world_of()
    handle = world.simulator.handle

    def consented_meanwhile(request: Request) -> Any:
        answer = handle(request)
        if request.path.endswith("/token"):
            world.vault.write("of-the-newer-sign-in")
        return answer

    world.simulator.handle = consented_meanwhile  # type: ignore[method-assign]
    renew_sign_in(world.services)
    assert world.vault.read().value == "of-the-newer-sign-in"
    assert "the newer one is kept" in caplog.text
    assert "of-the-newer-sign-in" not in caplog.text


def test_an_answer_without_a_refresh_token_keeps_the_old_one_and_its_age(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = world_of(SignIn(rotate_refresh_token=False))
    old = world.vault.read()
    world.clock.pass_machine(timedelta(days=61))
    renew_sign_in(world.services)

    assert world.vault.read() == old
    record = next(item for item in caplog.records if "refresh_token_age_days=61" in item.getMessage())
    assert record.levelno == logging.WARNING


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, "INFO"), (59, "INFO"), (60, "WARNING"), (79, "WARNING"), (80, "ERROR"), (200, "ERROR")],
)
def test_the_age_is_louder_the_nearer_the_end(days: int, level: str) -> None:
    assert logging.getLevelName(level_of(days)) == level


@pytest.mark.parametrize("failure", SignInFailure)
def test_a_refused_renewal_fails_loudly_with_the_age_and_keeps_the_token(
    failure: SignInFailure, caplog: pytest.LogCaptureFixture
) -> None:
    world = world_of(SignIn(failure=failure))
    old = world.vault.read()
    world.clock.pass_machine(timedelta(days=85))
    with pytest.raises(RemoteError):
        renew_sign_in(world.services)

    assert world.vault.read() == old
    assert "was not renewed" in caplog.text
    assert "refresh_token_age_days=85" in caplog.text


def test_no_token_at_all_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    world = world_of()
    world.vault.write("")
    with pytest.raises(RemoteError):
        renew_sign_in(world.services)
    assert "refresh_token_age_days is not known" in caplog.text


@pytest.mark.parametrize("at", range(1, 5))
def test_dying_at_any_call_leaves_a_token_that_works(at: int) -> None:
    world = world_of()
    world.crash.at = len(world.crash.passed) + at
    with pytest.raises(CrashError):
        renew_sign_in(world.services)

    world.crash.at = None
    renew_sign_in(world.services)
    assert world.services.sign_in.claims().mfa
