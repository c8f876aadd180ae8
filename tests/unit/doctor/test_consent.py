"""The consent: a device code sign-in whose refresh token is stored only if it is good for the work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from offboard.consent.sign_in import Consented, consent
from shared.adapters.entra.device_code import DeviceCodeSignIn
from shared.domain.errors import SignInRequiredError
from tests.unit.doctor.patient import Patient


def signed_in(patient: Patient, said: list[str] | None = None) -> Consented:
    connections = patient.probe().connections

    def sleep(seconds: float) -> None:
        patient.clock.pass_machine(timedelta(seconds=seconds))

    sign_in = DeviceCodeSignIn(
        connections.login_http, connections.application, sleep=sleep, monotonic=patient.clock.monotonic
    )
    words = said if said is not None else []
    return consent(sign_in, patient.vault, patient.probe, patient.clock.machine, words.append)


def test_the_new_token_is_stored_and_works() -> None:
    patient, said = Patient(deviceLag="PT30S"), list[str]()
    old = patient.vault.read().value
    done = signed_in(patient, said)

    assert done.stored
    assert done.user == "admin.agent@partner.example"
    assert all(finding.ok and not finding.skipped for finding in done.findings)
    assert "devicelogin" in said[0]
    new = patient.vault.read().value
    assert new != old
    assert new not in "".join(said) + repr(done)
    assert all(finding.ok for finding in patient.findings().values())


@pytest.mark.parametrize(
    ("sign_in", "code"),
    [({"mfa": False}, "900421"), ({"adminAgent": False}, "900150"), ({"appOnly": True}, "900329")],
)
def test_a_token_that_is_not_good_enough_is_not_stored(sign_in: dict[str, Any], code: str) -> None:
    patient = Patient(**sign_in)
    old = patient.vault.read()
    done = signed_in(patient)

    assert not done.stored
    assert code in {problem.code for finding in done.findings for problem in finding.problems}
    assert patient.vault.read() == old


@pytest.mark.long
@pytest.mark.parametrize(
    ("sign_in", "code"),
    [
        ({"deviceAnswer": "declined"}, "AADSTS65004"),
        ({"deviceAnswer": "expired"}, "AADSTS70020"),
        ({"deviceAnswer": "never"}, ""),
        ({"failure": "unknownApplication"}, "AADSTS700016"),
        ({"failure": "noConsent"}, "AADSTS65001"),
    ],
)
def test_a_sign_in_that_does_not_come_to_pass(sign_in: dict[str, Any], code: str) -> None:
    patient = Patient(**sign_in)
    old = patient.vault.read()
    with pytest.raises(SignInRequiredError) as caught:
        signed_in(patient)

    assert caught.value.remote_code == code
    assert patient.vault.read() == old
