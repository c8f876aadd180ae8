"""Settings from the command line and from the shell: which reach the application, and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.stack.chosen import OWN, parse
from local.stack.environment import left_out, of_parts
from local.stack.errors import StackError
from local.stack.stack import Options, Stack
from local.stack.store import Store
from shared.composition.settings.table import SETTINGS


def test_the_last_of_a_name_wins_and_a_value_may_hold_anything() -> None:
    given = ["OFFBOARDING_MODE=plan", "OFFBOARDING_MODE=live", "OFFBOARDING_KEY_NAMES=a=b,c=d", "OFFBOARDING_CLOUD="]
    assert parse(given) == {"OFFBOARDING_MODE": "live", "OFFBOARDING_KEY_NAMES": "a=b,c=d", "OFFBOARDING_CLOUD": ""}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("OFFBOARDING_MODE", "--set OFFBOARDING_MODE needs a value"),
        ("OFFBOARDING_MOD=live", "has no setting OFFBOARDING_MOD; did you mean OFFBOARDING_MODE?"),
        ("offboarding_mode=live", "did you mean OFFBOARDING_MODE?"),
        ("=live", "the application has no setting  (docs"),
        ("OFFBOARDING_PARTNER_CENTER_URL=https://api.partnercenter.microsoft.com", "is decided by the stack"),
    ],
)
def test_what_is_no_setting_or_not_the_users_is_refused(given: str, message: str) -> None:
    with pytest.raises(StackError) as refused:
        parse([given])
    assert message in str(refused.value)


def test_the_stack_decides_nothing_that_is_no_setting() -> None:
    assert set(SETTINGS) >= OWN


@pytest.mark.parametrize("store", list(Store))
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chosen": {"OFFBOARDING_MODE": "alive"}}, "OFFBOARDING_MODE must be one of plan, live (got 'alive')"),
        ({"chosen": {"OFFBOARDING_CLAIM_SECONDS": "10"}}, "OFFBOARDING_CLAIM_SECONDS"),
        ({"approval": "always", "authentication": False}, "nobody can approve: App Service Authentication is off"),
    ],
)
def test_what_the_application_refuses_is_refused_in_its_words(
    tmp_path: Path, options: dict[str, object], message: str, store: Store
) -> None:
    with pytest.raises(StackError, match="nothing was started") as refused:
        Stack(Options(tmp_path / "data", store=store, **options))  # type: ignore[arg-type]
    assert (message in str(refused.value), refused.value.code) == (True, 2)


@pytest.mark.parametrize("store", list(Store))
def test_what_the_application_takes_is_taken(tmp_path: Path, store: Store) -> None:
    Stack(Options(tmp_path / "data", store=store, approval="always", chosen={"OFFBOARDING_MODE": "plan"}))


def test_settings_of_the_shell_stay_there() -> None:
    shell = {
        "PATH": "/bin", "OFFBOARDING_MODE": "live", "OFFBOARDING_AZURITE": "/azurite", "OFFBOARDING_NO_SUCH": "1",
        "ServiceBus": "Endpoint=…", "ServiceBus__fullyQualifiedNamespace": "n", "WEBSITE_AUTH_ENABLED": "True",
        "AzureFunctionsJobHost__logging__logLevel__default": "Debug", "HOME": "/",
    }  # fmt: skip
    assert set(of_parts(shell)) == {"PATH", "HOME"}
    assert set(left_out(shell)) == set(shell) - {"PATH", "HOME", "OFFBOARDING_AZURITE"}
