"""A desk without a login is told az login, before anything fails for that reason in other words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from pytest_mock import MockerFixture

from offboard.doctor import login as module
from offboard.doctor.login import CHECK, STANDS_ON_IT, from_a_desk, login, needed
from shared.composition.doctor.checks import run_checks
from shared.composition.doctor.probe import Finding
from shared.composition.settings import Settings, StoreKind
from shared.domain.advice import Problem
from tests.unit.doctor.patient import Patient


def in_azure() -> Settings:
    """Vault, table and namespace, all by identity."""
    found = Patient().settings
    sign_in = replace(found.sign_in, key_vault_url="https://kv.vault.azure.net", refresh_token_file=None)
    store = replace(found.store, kind=StoreKind.TABLE, table_connection="")
    return replace(found, sign_in=sign_in, store=store, bus=replace(found.bus, connection="", namespace="sb"))


def refusing(mocker: MockerFixture, error: Exception | None) -> Any:
    credential = mocker.Mock()
    credential.get_token.side_effect = error
    return mocker.patch.object(module, "identity_of", return_value=credential)


def test_what_stands_on_files_and_connection_strings_needs_none(mocker: MockerFixture) -> None:
    asked = refusing(mocker, ClientAuthenticationError("no"))
    settings = Patient().settings
    settings = replace(settings, bus=replace(settings.bus, connection="Endpoint=sb://x"))
    settings = replace(settings, sign_in=replace(settings.sign_in, key_vault_url=""))
    settings = replace(settings, store=replace(settings.store, kind=StoreKind.SQLITE))
    assert needed(settings) == ()
    assert login(settings).good == "not needed"
    asked.assert_not_called()


def test_what_needs_it_is_named() -> None:
    settings = in_azure()
    assert needed(settings) == ("the vault", "the table", "Service Bus")
    assert needed(replace(settings, store=replace(settings.store, table_connection="x"))) == (
        "the vault",
        "Service Bus",
    )


@pytest.mark.parametrize("kind", [CredentialUnavailableError, ClientAuthenticationError])
def test_nobody_is_signed_in(kind: Callable[..., Exception], mocker: MockerFixture) -> None:
    refusing(mocker, kind(message="DefaultAzureCredential failed to retrieve a token"))
    [problem] = login(in_azure()).problems
    assert problem.code == "no_login"
    assert "az login" in problem.action
    assert "the vault, the table, Service Bus" in problem.consequence


def test_somebody_is_signed_in(mocker: MockerFixture) -> None:
    refusing(mocker, None)
    assert login(in_azure()) == Finding(CHECK, "somebody is signed in")


@pytest.mark.parametrize("error", [AzureError("x"), OSError("x"), ValueError("x")])
def test_a_login_that_cannot_be_tried_is_a_warning(error: Exception, mocker: MockerFixture) -> None:
    refusing(mocker, error)
    [warning] = login(in_azure()).warnings
    assert type(error).__name__ in warning.cause


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_stands_on_the_login_is_not_tried_without_it(signed_in: bool) -> None:
    problem = Problem(CHECK, "no_login", "Nobody", "Nothing", "az login")
    found = Finding(CHECK, "yes") if signed_in else Finding(CHECK, problems=(problem,))
    findings = {one.check: one for one in run_checks(from_a_desk(lambda _: found), Patient().probe())}
    assert next(iter(findings)) == CHECK
    assert {name for name in STANDS_ON_IT if findings[name].skipped} == (set() if signed_in else set(STANDS_ON_IT))
    assert bool(findings["approval"].skipped) is False
