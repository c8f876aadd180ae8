"""The command consent on a desk: who is not signed in to Azure hears it first, and no name moves the cursor."""

from __future__ import annotations

import pytest
from pytest_mock import MockerFixture

from offboard.consent import __main__ as module
from offboard.consent.__main__ import main
from offboard.consent.sign_in import Consented
from offboard.doctor.__main__ import say
from shared.composition.doctor.probe import Finding
from shared.domain.advice import Problem
from shared.domain.errors import RefusedError

GUID = "c0000001-0000-4000-8000-000000000001"
SETTINGS = {
    "OFFBOARDING_PARTNER_TENANT_ID": GUID,
    "OFFBOARDING_CLIENT_ID": GUID,
    "OFFBOARDING_CLIENT_SECRET": "s",
    "OFFBOARDING_KEY_VAULT_URL": "https://kv.vault.azure.net",
}
FINE = Finding("azure login", "somebody is signed in")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def test_without_a_login_nobody_is_sent_to_a_browser(mocker: MockerFixture, capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem("azure login", "no_login", "Nobody is signed in", "Nothing can be stored", "run az login")
    mocker.patch.object(module, "login", return_value=Finding("azure login", problems=(problem,)))
    signed_in = mocker.patch.object(module, "_consent")
    assert main([]) == 1
    assert "run az login" in capsys.readouterr().err
    signed_in.assert_not_called()


@pytest.mark.parametrize("sign", ["\x1b[2J", "\u202e", "\r", "\x07"])
def test_names_and_refusals_of_others_stay_text(
    sign: str, mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    mocker.patch.object(module, "login", return_value=FINE)
    problem = Problem("role", sign, sign, sign, sign)
    findings = (Finding("token", f"issued for {sign}"), Finding("role", problems=(problem,)))
    asked = mocker.patch.object(
        module, "_consent", return_value=Consented(f"Eve{sign}", stored=True, findings=findings)
    )
    assert main([]) == 1
    asked.side_effect = RefusedError(f"refused {sign}", service="Microsoft Entra")
    assert main([]) == 1
    shown = capsys.readouterr()
    assert "Eve" in shown.err
    assert sign not in shown.err.replace("\r\n", "\n")
    assert sign not in shown.out.replace("\r\n", "\n")


def test_the_address_and_the_code_stay_lines_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("Open https://login.example\nand enter ABC\x1b[2J")
    assert capsys.readouterr().err == "Open https://login.example\nand enter ABC\N{REPLACEMENT CHARACTER}[2J\n"
