"""The doctor of the running app: bounded, one at a time, and nothing is taken away."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.composition.doctor.look import APP_CHECKS, LONGEST, look, look_and_tell
from shared.composition.doctor.probe import Probe
from shared.domain.errors import UnavailableError
from tests.unit.doctor.patient import Patient


def found(patient: Patient, counts: Callable[[], Mapping[str, int]] = dict, clock: Any = None) -> dict[str, Any]:
    probe = replace(patient.probe(), count_letters=counts)
    answer: dict[str, Any] = json.loads(look(lambda: probe, clock or patient.clock.monotonic))
    return answer


def test_everything_is_fine() -> None:
    patient = Patient()
    answer = found(patient)
    assert answer["ok"] is True
    assert [check["check"] for check in answer["checks"]] == [check.name for check in APP_CHECKS]
    assert answer["deadLetters"] == {}
    entries = [entry for entry in patient.simulator.journal.since(1) if "/oauth2/" not in entry.path]
    assert {entry.method for entry in entries} == {"GET"}
    assert patient.vault.read().value == patient.scenario.partner.sign_in.refresh_token


@pytest.mark.parametrize(("count", "words"), [(2, "2 messages on"), (100, "At least 100 messages on")])
def test_dead_letters_are_a_warning_with_the_queue(count: int, words: str) -> None:
    answer = found(Patient(), lambda: {"offboarding-requests": 0, "offboarding-verify": count})
    assert answer["deadLetters"] == {"offboarding-requests": 0, "offboarding-verify": count}
    [warning] = answer["checks"][-1]["warnings"]
    assert words in warning["cause"]
    assert f"offboarding-verify {count}" in warning["cause"]
    assert answer["ok"] is True


def test_dead_letters_that_cannot_be_read_are_a_problem_and_no_zero() -> None:
    def lost() -> Mapping[str, int]:
        raise UnavailableError("the dead letters of offboarding-plan cannot be read: X", service="service_bus")

    answer = found(Patient(), lost)
    assert "deadLetters" not in answer
    assert answer["ok"] is False
    assert "offboarding-plan" in answer["checks"][-1]["problems"][0]["cause"]


def test_no_check_begins_when_the_time_is_over() -> None:
    times = iter([0.0, 1.0, 2.0, *[LONGEST] * 20])
    answer = found(Patient(), clock=lambda: next(times))
    assert [check["status"] for check in answer["checks"]] == ["ok", "ok", *["problem"] * (len(APP_CHECKS) - 2)]
    assert answer["checks"][2]["problems"][0]["code"] == "no_time_left"
    assert answer["ok"] is False


def test_there_is_one_look_at_a_time_and_a_failed_one_hinders_no_other() -> None:
    def inner() -> Probe:
        with pytest.raises(UnavailableError):
            look(inner, lambda: 0.0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look(inner, lambda: 0.0)
    assert found(Patient())["ok"] is True


def test_no_secret_is_told() -> None:
    patient = Patient(failure="wrongSecret")
    text = json.dumps(found(patient))
    secret = patient.settings.sign_in.client_secret
    assert secret
    assert secret not in text
    assert patient.vault.read().value not in text


def test_the_log_has_a_line_for_each_problem_and_one_that_it_looked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="offboarding")
    patient = Patient(lost={"offboarding-plan": "no such queue"})
    look_and_tell(patient.probe, patient.clock.monotonic)
    lines = [record.getMessage() for record in caplog.records]
    [problem] = [line for line in lines if line.startswith("the doctor found a problem: ")]
    assert "queues" in problem
    assert "offboarding-plan" in problem
    assert lines[-1].startswith("the doctor looked: 1 problem(s), ")


def test_a_look_beside_another_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="offboarding")
    patient = Patient()

    def inner() -> Probe:
        look_and_tell(patient.probe, patient.clock.monotonic)
        return patient.probe()

    look(inner, patient.clock.monotonic)
    assert ["under way" in record.getMessage() for record in caplog.records] == [True]
