"""How loud the age of the refresh token is told, and that a failed renewal is told and raised."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from local.world.world import World
from shared.domain.errors import RemoteError, SignInRequiredError, UnavailableError
from shared.ports.sign_in import SignIn
from shared.upkeep.renew_sign_in import renew_sign_in


class Entra:
    """A SignIn whose token has an age, and whose renewal may fail."""

    def __init__(self, days: float, *, renewed: bool = True, failure: RemoteError | None = None) -> None:
        self.days, self.renewed, self.failure = days, renewed, failure
        self.lost = False

    def renew(self) -> bool:
        if self.failure:
            raise self.failure
        return self.renewed

    def age(self) -> timedelta:
        if self.lost:
            raise UnavailableError("the vault is down")
        return timedelta(days=self.days)


def renew(entra: Entra) -> None:
    renew_sign_in(replace(World().services, sign_in=cast("SignIn", entra)))


@pytest.mark.parametrize(
    ("days", "level", "advice"),
    [(0, "INFO", False), (59.9, "INFO", False), (60, "WARNING", True), (79.9, "WARNING", True), (80, "ERROR", True)],
)
def test_the_age_is_told_in_whole_days_with_advice_once_it_is_old(
    days: float, level: str, advice: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    renew(Entra(days))

    [record] = caplog.records
    text = "; it dies after 90 days without use: run python3 dev.py consent" if advice else ""
    assert record.getMessage() == f"refresh_token_age_days={int(days)}{text}"
    assert (record.levelname, record.__dict__["refreshTokenAgeDays"]) == (level, int(days))


@pytest.mark.parametrize(("renewed", "lines"), [(True, 1), (False, 2)])
def test_an_answer_without_a_new_token_is_told_apart(
    renewed: bool, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    renew(Entra(1, renewed=renewed))
    assert len(caplog.records) == lines
    assert ("the old one is kept" in caplog.text) is not renewed


def test_a_failed_renewal_is_raised_after_the_age_was_told(caplog: pytest.LogCaptureFixture) -> None:
    failure = SignInRequiredError("expired", advice="Sign in again.")
    with pytest.raises(SignInRequiredError) as caught:
        renew(Entra(85, failure=failure))

    assert caught.value is failure
    told, age = caplog.records
    assert told.getMessage() == "the refresh token was not renewed: expired. Sign in again."
    assert (told.levelname, age.levelname) == ("ERROR", "ERROR")
    assert "refresh_token_age_days=85" in age.getMessage()


def test_an_age_that_cannot_be_read_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    entra = Entra(1)
    entra.lost = True
    renew(entra)
    assert [record.getMessage() for record in caplog.records] == [
        "refresh_token_age_days is not known: the vault is down"
    ]
