"""References into a vault, as the platform takes them, and what a desk says of those that it cannot follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from pytest_mock import MockerFixture

from offboard.doctor import references as module
from offboard.doctor.given import given_settings
from offboard.doctor.references import Reference, for_the_record_alone, parse, read_secret, resolved
from shared.composition.settings import read_settings
from shared.domain.errors import SettingsError
from tests.unit.test_settings import GOOD

URI = "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/the-secret/)"
SECRET = Reference("https://kv.vault.azure.net", "the-secret")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (URI, SECRET),
        ("@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/the-secret)", SECRET),
        (
            "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/the-secret/v1)",
            Reference(SECRET.vault, "the-secret", "v1"),
        ),
        (
            "@Microsoft.KeyVault(VaultName=kv1;SecretName=the-secret)",
            Reference("https://kv1.vault.azure.net", "the-secret"),
        ),
        (
            " @microsoft.keyvault( vaultName = kv1 ; secretName = s ; secretVersion = v ; ) ",
            Reference("https://kv1.vault.azure.net", "s", "v"),
        ),
        (
            "@Microsoft.KeyVault(SecretUri=https://kv.vault.usgovcloudapi.net/secrets/s/)",
            Reference("https://kv.vault.usgovcloudapi.net", "s"),
        ),
    ],
)
def test_both_forms(text: str, reference: Reference) -> None:
    assert parse(text) == reference


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "SecretUri=",
        "SecretUri=http://kv.vault.azure.net/secrets/s",
        "SecretUri=https://kv.vault.azure.net/keys/s",
        "SecretUri=https://kv.vault.azure.net/secrets",
        "SecretUri=https://kv.vault.azure.net/secrets/s/v/more",
        "VaultName=kv1",
        "VaultName=evil.example/;SecretName=s",
        "VaultName=kv1;SecretName=",
        "VaultName=kv1;SecretName=s;Other=1",
        "SecretUri=https://kv.vault.azure.net/secrets/s;VaultName=kv1",
    ],
)
def test_everything_else_is_refused_with_the_forms(inside: str) -> None:
    with pytest.raises(SettingsError, match="SecretUri=https"):
        parse(f"@Microsoft.KeyVault({inside})")


def test_only_what_the_application_reads_is_resolved() -> None:
    given = {"OFFBOARDING_CLIENT_SECRET": URI, "OFFBOARDING_MODE": "plan", "OTHER": URI}
    assert resolved(given, lambda reference: f"value of {reference.secret}") == {
        **given,
        "OFFBOARDING_CLIENT_SECRET": "value of the-secret",
    }


def test_an_address_of_a_second_channel_is_resolved_too() -> None:
    given = {
        **GOOD,
        "OFFBOARDING_NOTIFY_RULES": "a: removed to teams/sales",
        "OFFBOARDING_NOTIFY_HOSTS": "h.example.com",
    }
    given["OFFBOARDING_NOTIFY_TEAMS_URL_SALES"] = URI
    read = read_settings(resolved(given, lambda _: "https://h.example.com/x"))
    assert [target.url for target in read.notices.targets.values()] == ["https://h.example.com/x"]


def test_work_on_the_record_alone_needs_no_secret() -> None:
    """Neither the sign-in nor who is told: the record may have to come back while the vault is away."""
    given = {**GOOD, "OFFBOARDING_CLIENT_SECRET": URI, "OFFBOARDING_NOTIFY_RULES": "a: removed to teams"}
    given |= {"OFFBOARDING_NOTIFY_HOSTS": "h.example.com", "OFFBOARDING_NOTIFY_TEAMS_URL": URI}

    def refuse(_: Reference) -> str:
        raise SettingsError("the vault is away")

    assert read_settings(resolved(for_the_record_alone(given), refuse)).notices.rules == {}
    own = {**GOOD, "OFFBOARDING_CLIENT_SECRET": "typed"}
    assert for_the_record_alone(own) == own


def test_every_setting_that_cannot_be_resolved_is_named() -> None:
    def refuse(_: Reference) -> str:
        raise SettingsError("nobody is signed in")

    given = {"OFFBOARDING_CLIENT_SECRET": URI, "OFFBOARDING_CLIENT_CERTIFICATE": "@Microsoft.KeyVault(x)"}
    with pytest.raises(SettingsError) as raised:
        resolved(given, refuse)
    assert "OFFBOARDING_CLIENT_SECRET: nobody is signed in" in str(raised.value)
    assert "OFFBOARDING_CLIENT_CERTIFICATE: is no reference" in str(raised.value)


def vault(mocker: MockerFixture) -> Any:
    """The client that the SDK would build; like the real one it swallows no exception."""
    for name in ("DefaultAzureCredential", "SecretClient"):
        mocker.patch.object(module, name).return_value.__exit__.return_value = False
    return module.SecretClient.return_value.__enter__.return_value  # type: ignore[attr-defined]


def answered(status: int) -> HttpResponseError:
    error = HttpResponseError("no")
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ResourceNotFoundError("x"), "there is no secret the-secret in https://kv.vault.azure.net"),
        (ClientAuthenticationError("x"), "az login"),
        (answered(403), "Key Vault Secrets User"),
        (answered(500), "answered 500"),
        (ServiceRequestError("x"), "cannot be reached"),
        (ValueError("x"), "cannot be reached"),
    ],
)
def test_a_secret_that_cannot_be_read_says_why(error: Exception, words: str, mocker: MockerFixture) -> None:
    vault(mocker).get_secret.side_effect = error
    with pytest.raises(SettingsError) as raised:
        read_secret(SECRET)
    assert words in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_newest_version_is_read_unless_one_is_named(mocker: MockerFixture) -> None:
    client = vault(mocker)
    client.get_secret.return_value.value = "v"
    assert read_secret(SECRET) == "v"
    client.get_secret.assert_called_once_with("the-secret", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_list_of_the_azure_cli_is_read_however_a_shell_redirected_it(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "settings.json"
    text = '[{"name": "OFFBOARDING_MODE", "slotSetting": false, "value": "plan"}, {"name": "EMPTY", "value": null}]'
    file.write_bytes(text.encode(encoding))
    assert given_settings(file, {}) == {"OFFBOARDING_MODE": "plan"}


@pytest.mark.parametrize("text", ["[1]", '[{"name": "A"}]', "7", "{", '{"Values": 1}'])
def test_a_file_of_another_shape_is_refused_with_the_shapes(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="appsettings list"):
        given_settings(file, {})
