"""`offboard doctor --url`: what the running app found, printed like what this machine finds."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from offboard.__main__ import main as offboard
from offboard.doctor.__main__ import main
from shared.composition.doctor.look import look
from tests.unit.doctor.patient import Patient

URL = "https://func.example"
TOKEN = {"OFFBOARDING_TOKEN": "of-a-person"}


class Answers(BaseAdapter):
    """One answer to whatever is asked."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__()
        self.status, self.body, self.asked = status, body, list[requests.PreparedRequest]()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        answer = requests.Response()
        answer.status_code, answer._content, answer.request = self.status, self.body.encode(), request
        answer.url = request.url or ""
        return answer

    def close(self) -> None:
        """Nothing is open."""


def asked(
    body: object, *options: str, status: int = 200, environment: dict[str, str] | None = None
) -> tuple[int, Answers]:
    adapter = Answers(status, body if isinstance(body, str) else json.dumps(body))
    session = requests.Session()
    session.mount("https://", adapter)
    given = TOKEN if environment is None else environment
    return main(["--url", URL, *options], environment=given, session=session), adapter


def found_by(patient: Patient) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(look(patient.probe, patient.clock.monotonic))
    return found


def test_a_healthy_app_is_shown_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, adapter = asked(found_by(Patient()))
    shown = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [request.url for request in adapter.asked] == [f"{URL}/api/doctor"]
    assert adapter.asked[0].headers["Authorization"] == "Bearer of-a-person"
    assert any(line.startswith("ok       token") for line in shown)
    assert any(line.startswith("ok       mode") for line in shown)
    assert any(line.startswith("ok       sweeper") and "no round yet" in line for line in shown)


def test_problems_are_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = asked(found_by(Patient(failure="wrongSecret")))
    assert code == 1
    shown = capsys.readouterr().out
    assert "PROBLEM  token" in shown
    assert "-        customers" in shown


@pytest.mark.parametrize(
    ("arguments", "hosts"),
    [([], ["func.example"]), (["--url", "https://other.example"], ["other.example"]), (["--settings=lost.json"], [])],
)
def test_the_address_in_the_environment_counts_unless_another_place_is_said(
    arguments: list[str], hosts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    adapter, session = Answers(200, json.dumps(found_by(Patient()))), requests.Session()
    session.mount("https://", adapter)
    code = offboard(["doctor", *arguments], environment={**TOKEN, "OFFBOARDING_URL": URL}, session=session)
    assert code == (0 if hosts else 2)
    assert [urlsplit(request.url).hostname for request in adapter.asked] == hosts
    assert ("lost.json cannot be read" in capsys.readouterr().err) == (not hosts)


def test_json_is_the_answer_as_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    found = found_by(Patient())
    assert asked(found, "--json")[0] == 0
    assert json.loads(capsys.readouterr().out) == found


@pytest.mark.parametrize("sign", ["\x1b[2J", "\u202e", "\r", "\x07"])
def test_what_would_move_the_cursor_or_turn_the_line_is_not_printed(
    sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = {"check": "c", "code": sign, "cause": sign, "consequence": sign, "action": sign}
    check = {"check": f"c{sign}", "status": "problem", "text": sign, "problems": [problem], "warnings": [problem]}
    assert asked({"ok": False, "checks": [check]})[0] == 1
    assert sign not in capsys.readouterr().out


@pytest.mark.parametrize("body", ["<html>", "[]", '{"ok": true}'])
def test_another_address_is_told_from_a_doctor(body: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(body)[0] == 3
    assert "--url" in capsys.readouterr().err


@pytest.mark.long
def test_refused_and_not_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked({"detail": "needs Offboarding.Read"}, status=403)[0] == 1
    assert "needs Offboarding.Read" in capsys.readouterr().err
    assert asked({"detail": "another look"}, status=503)[0] == 3


def test_who_is_nobody_is_told_how_to_be_somebody(capsys: pytest.CaptureFixture[str]) -> None:
    code, adapter = asked({}, environment={})
    assert code == 2
    assert "az login" in capsys.readouterr().err
    assert adapter.asked == []


def test_of_a_newer_app_what_is_known_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    checks: list[Any] = [{"check": "new", "status": "splendid", "text": "yes", "problems": None, "more": 1}, "odd"]
    assert asked({"checks": checks, "else": 1})[0] == 0
    assert capsys.readouterr().out.splitlines() == ["ok       new  yes"]


def test_an_app_or_settings_but_not_both(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--url", URL, "--settings", "env"], environment={})
    assert "not allowed with" in capsys.readouterr().err
