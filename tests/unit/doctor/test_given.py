"""Where doctor and consent look for settings, and what they say when none are there."""

from pathlib import Path

from offboard.doctor.given import given_settings, what_to_do
from shared.domain.errors import SettingsError


def test_without_a_file_the_advice_is_to_give_one() -> None:
    error = SettingsError("1 setting is wrong")

    assert "--settings FILE" in what_to_do(error, None)
    assert what_to_do(error, Path("local.settings.json")) == error.operator_action


def test_the_word_env_and_no_file_mean_the_environment() -> None:
    environment = {"A": "1"}

    assert given_settings(None, environment) is environment
    assert given_settings(Path("env"), environment) is environment
