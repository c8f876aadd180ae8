"""Settings: everything that is wrong is told at once, by name; secrets are told never."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.errors import SettingsError
from shared.domain.policy import Policy
from shared.settings import read_settings
from shared.stages.services import Mode

GUID = "9a57e000-0000-4000-8000-00000009a57e"
SECRETS = {
    "OFFBOARDING_CLIENT_SECRET": "client-secret-value",
    "OFFBOARDING_REFRESH_TOKEN": "refresh-token-value",
    "ServiceBus": "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=bus-key-value",
}
GOOD = {
    "OFFBOARDING_PARTNER_TENANT_ID": GUID,
    "OFFBOARDING_CLIENT_ID": "c11e0000-0000-4000-8000-00000000c11e",
    "OFFBOARDING_SQLITE_FILE": "offboardings.db",
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
    assert settings.sqlite_file == Path("offboardings.db")
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
    "OFFBOARDING_FIRST_RETRY_SECONDS": "nan",
    "OFFBOARDING_SETTLE_POLL_SECONDS": "-3",
    "OFFBOARDING_STRICT_NCE": "yes",
    "OFFBOARDING_REFUND_RESERVATIONS": "1",
    "OFFBOARDING_PROTECTED_CUSTOMERS": f"{GUID},everybody",
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

    assert told.startswith("1 setting(s) are wrong")
    assert name in told


@pytest.mark.parametrize("name", ["OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_REFRESH_TOKEN", "OFFBOARDING_CLIENT_ID"])
@pytest.mark.parametrize("value", ["", "   "])
def test_blank_is_missing(name: str, value: str) -> None:
    assert f"{name} is required" in problems(**{name: value})


def test_a_claim_must_outlast_a_call() -> None:
    told = problems(
        OFFBOARDING_CLAIM_SECONDS="60", OFFBOARDING_CALL_TIMEOUT_SECONDS="40", OFFBOARDING_MARGIN_SECONDS="20"
    )

    assert "OFFBOARDING_CLAIM_SECONDS must be larger" in told


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
