"""Settings of people and programs: what the platform says, and the names of function keys."""

from __future__ import annotations

import hashlib

import pytest

from shared.composition import bootstrap
from shared.composition.authentication import authentication_on
from shared.composition.settings import read_settings
from shared.domain.errors import SettingsError
from tests.unit.test_settings import GOOD

ON = {"WEBSITE_AUTH_ENABLED": "True", "WEBSITE_HOSTNAME": "func-x.azurewebsites.net"}
DIGEST = hashlib.sha256(b"the-key").hexdigest()


def test_without_a_word_of_the_platform_nobody_signs_in() -> None:
    people = read_settings(GOOD).people
    assert (people.authentication, people.own_address, dict(people.key_names)) == (False, "", {})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("func-x.azurewebsites.net", "https://func-x.azurewebsites.net"),
        ("127.0.0.1:7071", "http://127.0.0.1:7071"),
        ("localhost:7071", "http://localhost:7071"),
    ],
)
def test_a_key_goes_to_the_own_host_alone_and_never_in_the_clear_over_a_network(host: str, address: str) -> None:
    people = read_settings({**GOOD, **ON, "WEBSITE_HOSTNAME": host}).people
    assert (people.authentication, people.own_address) == (True, address)


@pytest.mark.parametrize(
    ("value", "on"), [("True", True), ("true", True), (" TRUE ", True), ("False", False), ("", False), ("1", False)]
)
def test_only_true_is_on(value: str, on: bool) -> None:
    assert authentication_on({"WEBSITE_AUTH_ENABLED": value}) is on


def test_signing_in_without_an_own_address_is_told() -> None:
    with pytest.raises(SettingsError, match="WEBSITE_HOSTNAME is required where WEBSITE_AUTH_ENABLED is true"):
        read_settings({**GOOD, "WEBSITE_AUTH_ENABLED": "true"})


def test_keys_have_names() -> None:
    people = read_settings({**GOOD, "OFFBOARDING_KEY_NAMES": f" crm = {DIGEST.upper()} , , other={'0' * 64}"}).people
    assert dict(people.key_names) == {DIGEST: "crm", "0" * 64: "other"}


@pytest.mark.parametrize("pair", ["crm", "crm=", f"={DIGEST}", "crm=the-key", f"a/b={DIGEST}", f"{'x' * 61}={DIGEST}"])
def test_a_name_that_cannot_be_read_is_told_and_not_shown(pair: str) -> None:
    with pytest.raises(SettingsError, match="OFFBOARDING_KEY_NAMES: pair 2 must be") as caught:
        read_settings({**GOOD, "OFFBOARDING_KEY_NAMES": f"good={DIGEST},{pair}"})
    assert "the-key" not in str(caught.value)


def test_the_front_door_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, **ON}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bootstrap, "_front_door", None)

    assert bootstrap.people_sign_in()
    door = bootstrap.front_door()
    assert door.authentication
    assert bootstrap.front_door() is door


@pytest.mark.parametrize("setting", ["OFFBOARDING_CALENDAR_KEYS", "OFFBOARDING_KEY_NAMES"])
def test_the_digest_of_nothing_is_no_key(setting: str) -> None:
    """A shell makes it of a variable that is not set."""
    digest = hashlib.sha256(b"").hexdigest()
    value = digest if setting == "OFFBOARDING_CALENDAR_KEYS" else f"crm={digest}"
    with pytest.raises(SettingsError, match=f"{setting}: .* 1 .*an empty key"):
        read_settings({**GOOD, setting: value})


def test_keys_of_the_calendar_are_digests() -> None:
    assert read_settings({**GOOD, "OFFBOARDING_CALENDAR_KEYS": DIGEST.upper()}).people.calendar_keys == {DIGEST}
    with pytest.raises(SettingsError, match="OFFBOARDING_CALENDAR_KEYS: item 2 must be the SHA-256"):
        read_settings({**GOOD, "OFFBOARDING_CALENDAR_KEYS": f"{DIGEST}, the-key"})
