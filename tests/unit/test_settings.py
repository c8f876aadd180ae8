"""Settings: everything that is wrong is told at once, by name; secrets are told never."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from azure.core.exceptions import ServiceRequestError

from shared.adapters.evidence.blob_archive import BlobArchive
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.adapters.evidence.key_vault_signer import KeyVaultSigner
from shared.adapters.stores.table.table import Table
from shared.composition.assembly import evidence_export
from shared.composition.doctor.trouble import trouble
from shared.composition.settings import ClientAuth, read_settings
from shared.domain.errors import SettingsError, UnavailableError
from shared.domain.policy import Mode, Policy

GUID = "9a57e000-0000-4000-8000-00000009a57e"
SECRETS = {
    "OFFBOARDING_CLIENT_SECRET": "client-secret-value",
    "ServiceBus": "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=bus-key-value",
}
GOOD = {
    "OFFBOARDING_PARTNER_TENANT_ID": GUID,
    "OFFBOARDING_CLIENT_ID": "c11e0000-0000-4000-8000-00000000c11e",
    "OFFBOARDING_SQLITE_FILE": "offboardings.db",
    "OFFBOARDING_REFRESH_TOKEN_FILE": "token.json",
    "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
    **SECRETS,
}


def problems(**changed: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, **changed})
    return str(caught.value)


def test_little_is_required_and_a_fresh_deployment_only_plans() -> None:
    settings = read_settings(GOOD)

    assert settings.mode is Mode.PLAN
    assert settings.policy == Policy()
    assert settings.store.sqlite_file == Path("offboardings.db")
    assert settings.endpoints.partner_center == "https://api.partnercenter.microsoft.com"
    assert settings.protected_customers == frozenset()


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({})
    for name in (*GOOD, "ServiceBus__fullyQualifiedNamespace"):
        assert name in str(caught.value), name


BAD = {
    "OFFBOARDING_MODE": "sometimes",
    "OFFBOARDING_PARTNER_TENANT_ID": "contoso.com",
    "OFFBOARDING_STORE": "papyrus",
    "OFFBOARDING_CALLS_PER_MINUTE": "many",
    "OFFBOARDING_CALL_TIMEOUT_SECONDS": "0",
    "OFFBOARDING_SWEEP_GRACE_SECONDS": "inf",
    "OFFBOARDING_SWEEP_SCHEDULE": "*/5 * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "daily",
    "OFFBOARDING_FIRST_RETRY_SECONDS": "nan",
    "OFFBOARDING_SETTLE_POLL_SECONDS": "-3",
    "OFFBOARDING_STRICT_NCE": "yes",
    "OFFBOARDING_REFUND_RESERVATIONS": "1",
    "OFFBOARDING_PROTECTED_CUSTOMERS": f"{GUID},everybody",
    "OFFBOARDING_CLOUD": "moon",
    "OFFBOARDING_PARTNER_CENTER_URL": "http://api.partnercenter.microsoft.com",
    "OFFBOARDING_LOGIN_URL": "login.microsoftonline.com",
    "OFFBOARDING_GRAPH_URL": "https://graph.microsoft.com/?a=b",
    "OFFBOARDING_AZURE_URL": "https://someone:hunter2@management.azure.com",  # pragma: allowlist secret
}


def test_everything_that_is_malformed_is_told_at_once_with_its_rule() -> None:
    told = problems(**BAD)

    for name in BAD:
        assert name in told, name
    assert "one of plan, live" in told
    assert "'everybody' is not a GUID" in told


@pytest.mark.parametrize("name", BAD)
def test_each_malformed_setting_is_enough(name: str) -> None:
    told = problems(**{name: BAD[name]})

    assert told.startswith("1 setting is wrong: ")
    assert name in told


@pytest.mark.parametrize("name", ["OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_CLIENT_ID"])
@pytest.mark.parametrize("value", ["", "   "])
def test_blank_is_missing(name: str, value: str) -> None:
    assert f"{name} is required" in problems(**{name: value})


@pytest.mark.parametrize(("value", "accepted"), [("59", False), ("60", True), ("500", True), ("0", False)])
def test_an_inventory_has_to_fit_into_a_minute(value: str, accepted: bool) -> None:
    values = GOOD | {"ServiceBus": "x", "OFFBOARDING_CALLS_PER_MINUTE": value}
    if accepted:
        assert read_settings(values).calls_per_minute == int(value)
        return
    with pytest.raises(SettingsError, match=r"whole number from 60 to .*: one inventory of a customer has to fit"):
        read_settings(values)


def test_a_claim_must_outlast_a_call() -> None:
    told = problems(
        OFFBOARDING_CLAIM_SECONDS="60", OFFBOARDING_CALL_TIMEOUT_SECONDS="40", OFFBOARDING_MARGIN_SECONDS="20"
    )

    assert (
        "OFFBOARDING_CLAIM_SECONDS is 60 and must be at least 146: one call may take 5 + 3 × 40 = 125 s "
        "(OFFBOARDING_CALL_TIMEOUT_SECONDS), and a margin of 20 s follows (OFFBOARDING_MARGIN_SECONDS)"
    ) in told


def test_values_are_read_whatever_their_case_and_blanks() -> None:
    settings = read_settings(
        {
            **GOOD,
            "OFFBOARDING_MODE": " Live ",
            "OFFBOARDING_STRICT_NCE": "FALSE",
            "OFFBOARDING_PARTNER_TENANT_ID": GUID.upper(),
            "OFFBOARDING_PROTECTED_CUSTOMERS": f" {GUID.upper()} , ",
            "OFFBOARDING_CALL_TIMEOUT_SECONDS": "2.5",
        }
    )

    assert settings.mode is Mode.LIVE
    assert not settings.policy.strict_nce
    assert settings.partner_tenant_id == GUID
    assert settings.protected_customers == {GUID}
    assert settings.pace.call_timeout == timedelta(seconds=2.5)


def test_secrets_are_in_no_representation() -> None:
    shown = f"{read_settings(GOOD)!r} {read_settings(GOOD)!s}"

    assert GUID in shown
    for value in SECRETS.values():
        assert value not in shown


def test_secrets_are_in_no_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**SECRETS, **BAD})
    for value in SECRETS.values():
        assert value not in f"{caught.value!r} {caught.value}"


def test_a_cloud_gives_the_addresses_and_each_can_be_overridden() -> None:
    china = {**GOOD, "OFFBOARDING_CLOUD": "China", "OFFBOARDING_GRAPH_URL": "http://127.0.0.1:8080/"}
    endpoints = read_settings(china).endpoints

    assert endpoints.partner_center == "https://partner.partnercenterapi.microsoftonline.cn"
    assert endpoints.login == "https://login.partner.microsoftonline.cn"
    assert endpoints.graph == "http://127.0.0.1:8080"
    assert read_settings({**GOOD, "OFFBOARDING_CLOUD": "us_government"}).endpoints.login.endswith(".us")


def test_a_password_in_an_address_is_not_told() -> None:
    address = "https://someone:hunter2@management.azure.com"  # pragma: allowlist secret
    assert "hunter2" not in problems(OFFBOARDING_AZURE_URL=address)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"OFFBOARDING_REFRESH_TOKEN_FILE": ""}, "the refresh token needs"),
        ({"OFFBOARDING_KEY_VAULT_URL": "https://kv.vault.azure.net"}, "and not both"),
        ({"OFFBOARDING_KEY_VAULT_URL": "kv"}, "OFFBOARDING_KEY_VAULT_URL: must be a base address"),
        ({"OFFBOARDING_CLIENT_AUTH": "password"}, "one of secret, certificate, federated"),
        ({"OFFBOARDING_CLIENT_AUTH": "certificate"}, "OFFBOARDING_CLIENT_CERTIFICATE is required"),
        (
            {"OFFBOARDING_CLIENT_AUTH": "certificate", "OFFBOARDING_CLIENT_CERTIFICATE": "none"},
            "the client certificate must be PEM",
        ),
        (
            {"OFFBOARDING_CLIENT_AUTH": "certificate", "OFFBOARDING_CLIENT_CERTIFICATE_FILE": "/nowhere"},
            "OFFBOARDING_CLIENT_CERTIFICATE_FILE cannot be read",
        ),
        ({"OFFBOARDING_CLIENT_SECRET": "@Microsoft.KeyVault(SecretUri=https://x)"}, "was not resolved"),
    ],
)
def test_a_sign_in_that_cannot_be_used_is_told(changed: dict[str, str], told: str) -> None:
    assert told in problems(**changed)


def test_a_federated_identity_needs_no_secret() -> None:
    settings = read_settings({**GOOD, "OFFBOARDING_CLIENT_AUTH": "Federated", "OFFBOARDING_CLIENT_SECRET": ""})
    assert settings.sign_in.client_auth is ClientAuth.FEDERATED


HIDDEN = "s3cr3t-Value/1234567890abcdef=="  # pragma: allowlist secret
URLS = ("PARTNER_CENTER_URL", "LOGIN_URL", "GRAPH_URL", "AZURE_URL", "KEY_VAULT_URL")


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("https://s3cr3t-V:Value@host.example", "(got 'https://host.example/…')"),  # pragma: allowlist secret
        ("https://s3cr3t-V:1234/Value@host.example", "a value of 40 characters"),
        (f"https://user:{HIDDEN}@host.example", "a value of 57 characters"),
        (f"https://host.example/?sig={HIDDEN}", "(got 'https://host.example/…')"),
        (f"https://host.example:8443/#{HIDDEN}", "(got 'https://host.example:8443/…')"),
        (f"http://host.example/{HIDDEN}", "(got 'http://host.example/…')"),
        ("http://host.example/", "(got 'http://host.example')"),
        (f"https://host.example:{HIDDEN}", f"a value of {21 + len(HIDDEN)} characters"),
        (HIDDEN, f"a value of {len(HIDDEN)} characters"),
    ],
)
def test_of_a_wrong_address_only_the_host_is_told(name: str, value: str, told: str) -> None:
    message = problems(**{f"OFFBOARDING_{name}": value, "OFFBOARDING_REFRESH_TOKEN_FILE": ""})
    assert told in message
    assert HIDDEN[:8] not in message


def test_of_a_wrong_table_address_only_the_host_is_told() -> None:
    value = f"http://account.example/?sig={HIDDEN}"
    assert "(got 'http://account.example/…')" in problems(
        OFFBOARDING_STORE="table", OFFBOARDING_TABLE_ENDPOINT=value, OFFBOARDING_TABLE_CONNECTION=""
    )


@pytest.mark.parametrize(
    "name",
    [
        "CLIENT_AUTH",
        "MODE",
        "STORE",
        "CLOUD",
        "STRICT_NCE",
        "CALLS_PER_MINUTE",
        "CLAIM_SECONDS",
        "PARTNER_TENANT_ID",
        "PROTECTED_CUSTOMERS",
    ],
)
@pytest.mark.parametrize("value", [HIDDEN, "x" * 21, "hunter2"])
def test_of_a_wrong_value_that_is_no_word_only_the_length_is_told(name: str, value: str) -> None:
    message = problems(**{f"OFFBOARDING_{name}": value})
    assert f"a value of {len(value)} characters" in message
    assert value not in message


def test_a_signature_in_an_address_is_not_told_when_the_store_cannot_be_reached() -> None:
    class Nobody:
        def create_table_if_not_exists(self, name: str) -> NoReturn:
            raise ServiceRequestError(f"HTTPSConnectionPool(): Max retries exceeded with url: /?sig={HIDDEN}&x=1")

    with pytest.raises(UnavailableError) as caught:
        Table(Nobody(), "offboardings").get("partition", "row")  # type: ignore[arg-type]
    settings = read_settings(
        {**GOOD, "OFFBOARDING_STORE": "table", "OFFBOARDING_TABLE_ENDPOINT": f"https://account.example/?sig={HIDDEN}"}
    )
    problem = trouble("store", caught.value, "nothing is stored", settings, "doctor")
    assert "https://account.example/" in problem.cause
    assert HIDDEN[:8] not in f"{caught.value} {problem}"


@pytest.mark.parametrize("value", ["sometimes", "plan only", "Live-Mode", "1.5", "-3", "x" * 20])
def test_words_and_numbers_are_told(value: str) -> None:
    assert f"OFFBOARDING_MODE must be one of plan, live (got {value!r})" in problems(OFFBOARDING_MODE=value)


IN_AZURE = {"OFFBOARDING_EVIDENCE_CONTAINER": "https://e.example/evidence", "OFFBOARDING_EVIDENCE_KEY_NAME": "evidence"}
HERE = {"OFFBOARDING_EVIDENCE_FOLDER": "evidence", "OFFBOARDING_EVIDENCE_KEY_FILE": "key.pem"}
VAULT = {"OFFBOARDING_KEY_VAULT_URL": "https://kv.example", "OFFBOARDING_REFRESH_TOKEN_FILE": ""}


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ({}, True),
        (HERE, True),
        (IN_AZURE | VAULT, True),
        (IN_AZURE, False),
        (IN_AZURE | VAULT | HERE, False),
        *(({name: value}, False) for name, value in (IN_AZURE | HERE).items()),
        (IN_AZURE | VAULT | {"OFFBOARDING_EVIDENCE_CONTAINER": "http://e.example/evidence"}, False),
    ],
)
def test_evidence_goes_to_one_place_with_one_key(given: dict[str, str], accepted: bool) -> None:
    if accepted:
        assert read_settings({**GOOD, **given}).evidence is not None
    else:
        assert "OFFBOARDING_EVIDENCE" in problems(**given)


def test_what_is_set_up_is_what_exports() -> None:
    assert evidence_export(read_settings(GOOD)) is None
    here = evidence_export(read_settings(GOOD | HERE))
    assert here is not None
    assert (type(here.signer), type(here.archive)) == (FileSigner, FolderArchive)
    away = evidence_export(read_settings(GOOD | VAULT | IN_AZURE))
    assert away is not None
    assert (type(away.signer), type(away.archive)) == (KeyVaultSigner, BlobArchive)


SIGNS_IN = {"WEBSITE_AUTH_ENABLED": "True", "WEBSITE_HOSTNAME": "app.example"}


@pytest.mark.parametrize("rule", ["always", "irreversible", "above"])
def test_an_approval_that_nobody_could_give_is_a_mistake(rule: str) -> None:
    limits = {"OFFBOARDING_APPROVAL": rule, "OFFBOARDING_APPROVAL_HOLDINGS": "0"}
    with pytest.raises(SettingsError, match=f"OFFBOARDING_APPROVAL is {rule}, and nobody can approve"):
        read_settings(GOOD | limits)
    found = read_settings(GOOD | limits | SIGNS_IN).approval
    assert (found.rule.value, found.above_holdings, found.above_seats) == (rule, 0, None)
    assert found.valid_for == timedelta(days=14)


@pytest.mark.parametrize("rule", ["always", "irreversible", "above"])
@pytest.mark.parametrize("place", [HERE, VAULT | IN_AZURE], ids=["one machine", "azure"])
def test_from_outside_what_the_platform_alone_says_is_unknown_and_not_off(rule: str, place: dict[str, str]) -> None:
    limits = {"OFFBOARDING_APPROVAL": rule, "OFFBOARDING_APPROVAL_HOLDINGS": "0"}
    assert read_settings(GOOD | place | limits, from_outside=True).approval.rule.value == rule
    with pytest.raises(SettingsError, match="nobody can approve"):
        read_settings(GOOD | place | limits | {"WEBSITE_AUTH_ENABLED": "False"}, from_outside=True)


def test_above_needs_a_limit() -> None:
    with pytest.raises(SettingsError, match="OFFBOARDING_APPROVAL is above, and none of"):
        read_settings(GOOD | SIGNS_IN | {"OFFBOARDING_APPROVAL": "above"})
    days = {"OFFBOARDING_APPROVAL": "above", "OFFBOARDING_APPROVAL_PAID_DAYS": "30"}
    assert read_settings(GOOD | SIGNS_IN | days).approval.above_paid_days == 30
