"""Who calls over HTTP: what each of them may do, what is recorded, and what of a forged identity is believed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.people.rights import Role
from shared.operations.front_door import FrontDoor
from tests.functional.trouble import arm
from tests.unit.functions.support import FUNCTIONS, KEY, OPERATOR, Around, call, person, seen
from tests.unit.functions.test_http_api import BODIES, CALLS, body_of
from tests.unit.support.worlds import with_pace

ROOT = Path(__file__).resolve().parents[3]
READ, WRITE, OPERATE, LOOK = (
    {
        "list_offboardings",
        "get_offboarding",
        "get_evidence",
        "get_batch",
        "get_report",
        "get_month_report",
        "list_moments",
        "describe_http",
        "describe_messages",
    },
    {"create_offboarding", "create_batch"},
    {"resume_offboarding", "resume_offboardings", "override_blocker", "redrive_dead_letters"},
    {"doctor"},
)
MAY: list[tuple[dict[str, str], set[str]]] = [
    (KEY, READ | WRITE),
    ({}, set()),
    ({"x-functions-key": "another"}, set()),
    (person("Nobody"), set()),
    (person("Reader", Role.READ), READ | LOOK),
    (person("Requester", Role.REQUEST), READ | WRITE),
    (person("Approver", Role.APPROVE), READ),
    (person("Operator", Role.OPERATE), READ | WRITE | OPERATE | LOOK),
    (OPERATOR, READ | WRITE | OPERATE | LOOK),
]


@pytest.mark.parametrize(("headers", "may"), MAY)
@pytest.mark.parametrize("name", CALLS)
def test_who_may_do_what(world: World, name: str, headers: dict[str, str], may: set[str]) -> None:
    body = body_of(world) if name == "create_offboarding" else BODIES.get(name, b"")
    answer = call(name, body, headers=headers, **CALLS[name])

    if name in may:
        assert answer.status in (200, 202, 404), answer.json
        return
    known = headers == KEY or "X-MS-CLIENT-PRINCIPAL" in headers
    assert (answer.status, answer.json["code"]) == ((403, "not_allowed") if known else (401, "not_signed_in"))
    assert answer.json["operatorAction"]
    assert not known or "the role Offboarding." in answer.json["detail"]
    assert world.all() == []


@pytest.mark.parametrize("headers", [KEY, {**KEY, **OPERATOR}, OPERATOR], ids=["key", "both", "forged"])
@pytest.mark.parametrize("name", CALLS)
def test_without_authentication_everybody_is_a_program(
    world: World, door: FrontDoor, mocker: MockerFixture, name: str, headers: dict[str, str]
) -> None:
    """The header is then whatever somebody sends; the host has seen to the key."""
    mocker.patch("shared.composition.bootstrap.front_door", return_value=replace(door, authentication=False))
    body = body_of(world) if name == "create_offboarding" else BODIES.get(name, b"")
    answer = call(name, body, headers=headers, **CALLS[name])

    if name in READ | WRITE:
        assert answer.status in (200, 202, 404)
        assert all(item.requester and item.requester.name == "a function key" for item in world.all())
        return
    assert (answer.status, answer.json["code"]) == (403, "authentication_off")
    assert "App Service Authentication" in answer.json["detail"]
    assert "infra/README.md" in answer.json["operatorAction"]


def encoded(principal: object) -> str:
    return base64.b64encode(json.dumps(principal).encode()).decode()


WHOLE: dict[str, Any] = {
    "auth_typ": "aad",
    "claims": [{"typ": "oid", "val": "1"}, {"typ": "roles", "val": "Offboarding.Operate"}],
}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "%%%",
        "e30=",
        "bnVsbA==",
        encoded([]),
        encoded("x"),
        encoded(WHOLE)[:-5],
        base64.b64encode(b"\xff\xfe{").decode(),
        base64.b64encode(b"[" * 40_000).decode(),
        "A" * 70_000,
        "ä",
        encoded(WHOLE | {"auth_typ": "google"}),
        encoded(WHOLE | {"auth_typ": None}),
        encoded(WHOLE | {"claims": [{"typ": "roles", "val": "Offboarding.Operate"}]}),
        encoded(WHOLE | {"claims": [{"typ": "oid", "val": " "}, *WHOLE["claims"][1:]]}),
        encoded(WHOLE | {"claims": [{"typ": "oid", "val": "2"}, *WHOLE["claims"]]}),
        encoded(WHOLE | {"claims": [{"typ": "idtyp", "val": "app"}, *WHOLE["claims"]]}),
        encoded(WHOLE | {"claims": {"oid": "1"}}),
        encoded(WHOLE | {"claims": [{"typ": "oid", "val": 1}]}),
    ],
)
@pytest.mark.parametrize("more", [{}, KEY], ids=["alone", "with_a_key"])
def test_a_damaged_identity_is_nobodys(world: World, header: str, more: dict[str, str]) -> None:
    answer = call("list_offboardings", headers={"X-MS-CLIENT-PRINCIPAL": header, **more})
    assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
    assert len(answer.json["detail"]) < 200


def test_an_identity_as_azure_writes_it_is_read(world: World) -> None:
    claims = {
        "http://schemas.microsoft.com/identity/claims/objectidentifier": "0BE7A704-0000-4000-8000-0000000BE7A7",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "ada@partner.example",
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "Offboarding.Request",
        "custom": "Offboarding.Read",
    }
    principal = {
        "auth_typ": "aad",
        "claims": [{"typ": typ, "val": value} for typ, value in claims.items()],
        "name_typ": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "role_typ": "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
        "more": 1,
    }
    answer = call("create_offboarding", body_of(world), headers={"x-ms-client-principal": encoded(principal)})

    assert answer.status == 202
    shown = call("get_offboarding", route={"id": answer.json["offboardingId"]}).json
    wanted = {"type": "person", "id": "0be7a704-0000-4000-8000-0000000be7a7", "name": "ada@partner.example"}
    assert shown["requester"] == shown["timeline"][0]["actor"] == wanted
    [event] = [json.loads(item.body) for item in world.bus.events]
    assert event["data"]["actor"] == wanted


def test_a_key_that_has_a_name_is_recorded_by_it(world: World, door: FrontDoor, mocker: MockerFixture) -> None:
    names = {hashlib.sha256(b"the-key").hexdigest(): "crm"}
    named = FrontDoor(authentication=True, platform=Around(), key_names=names)
    mocker.patch("shared.composition.bootstrap.front_door", return_value=named)
    by_query = call("create_offboarding", body_of(world), headers={}, query={"code": "the-key"})

    shown = call("get_offboarding", route={"id": by_query.json["offboardingId"]}).json
    assert shown["requester"] == {"type": "key", "id": "crm", "name": "crm"}


def test_whoever_resumes_is_recorded_with_the_reason(world: World) -> None:
    identity = call("create_offboarding", body_of(world), headers=KEY).json["offboardingId"]
    with_pace(world, faults_before_attention=1)
    arm(world, {"match": {"pathRegex": "/orders$"}, "action": {"type": "html"}})
    world.run(timedelta(hours=1))
    headers = OPERATOR | seen(identity)
    answer = call("resume_offboarding", b'{"reason": "  orders are back "}', route={"id": identity}, headers=headers)

    assert answer.status == 202
    shown = call("get_offboarding", route={"id": identity}).json
    [entry] = [item for item in shown["timeline"] if item["what"] == "resumed"]
    assert (entry["actor"]["type"], entry["actor"]["name"]) == ("person", "Ms. Operator")
    assert entry["detail"] == "by Ms. Operator, asked for too_many_faults: orders are back"
    assert {item["actor"]["type"] for item in shown["timeline"][1:]} == {"system", "person"}
    told = [json.loads(item.body)["data"] for item in world.bus.events]
    assert [item["actor"]["name"] for item in told if item["actor"]["type"] == "person"] == ["Ms. Operator"]


def test_whoever_made_the_request_overrides_nothing_of_it(world: World) -> None:
    asked = call("create_offboarding", body_of(world), headers=OPERATOR).json["offboardingId"]
    own = call("override_blocker", BODIES["override_blocker"], route={"id": asked}, headers=OPERATOR)
    other = person("Mr. Other", Role.OPERATE)
    others = call("override_blocker", BODIES["override_blocker"], route={"id": asked}, headers=other | seen(asked))

    assert (own.status, own.json["code"]) == (403, "own_request")
    assert (others.status, others.json["code"]) == (409, "not_overridable")


def test_what_is_denied_is_logged_with_who_and_what(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "offboarding")
    call("resume_offboarding", route={"id": "x"}, headers=person("Ada", Role.READ))
    call("resume_offboarding", route={"id": "x"}, headers={})

    first, second = [record.getMessage() for record in caplog.records if record.name == "offboarding"]
    assert first.startswith("denied: resume by person Ada (")
    assert second.startswith("denied: resume by nobody: ")


LEVELS = """
import function_app, json
functions = [item for item in function_app.app.get_functions() if item.is_http_function()]
print(json.dumps({item.get_function_name(): item.get_trigger().auth_level.name for item in functions}))
"""


@pytest.mark.long
@pytest.mark.parametrize(("on", "level"), [("", "FUNCTION"), ("False", "FUNCTION"), ("True", "ANONYMOUS")])
def test_the_host_lets_people_through_only_where_they_sign_in(on: str, level: str) -> None:
    """In a process of its own: a level is kept from the first time that an app was asked for its functions."""
    environment = {**os.environ, "WEBSITE_AUTH_ENABLED": on}
    done = subprocess.run(
        [sys.executable, "-c", LEVELS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    levels = json.loads(done.stdout)

    assert levels.pop("check_function_key") == "FUNCTION"
    assert levels.pop("check_forged_identity") == "ANONYMOUS"
    # Pages ask who somebody is themselves, and have nothing to show to anybody else.
    pages = [name for name in levels if name.startswith("console_")]
    assert {levels.pop(name) for name in pages} == {"ANONYMOUS"}
    assert levels.pop("get_calendar") == "ANONYMOUS"
    decisions = ["approve_offboarding", "reject_offboarding", "withdraw_offboarding", "reschedule_offboarding"]
    decisions += ["get_brake", "move_brake"]
    assert levels == dict.fromkeys((*CALLS, *decisions), level)


@pytest.mark.parametrize(
    ("name", "headers", "status"),
    [
        ("check_function_key", {}, 204),
        ("check_forged_identity", {}, 204),
        ("check_forged_identity", KEY, 204),
        ("check_forged_identity", {"X-MS-CLIENT-PRINCIPAL": "forged"}, 409),
        ("check_forged_identity", {"x-ms-client-principal": ""}, 409),
    ],
)
def test_what_the_app_asks_itself_is_answered_by_a_number_alone(
    name: str, headers: dict[str, str], status: int
) -> None:
    request = func.HttpRequest(method="GET", url="https://host/api", headers=headers, body=b"")
    answer = asyncio.run(FUNCTIONS[name](request))
    assert (answer.status_code, answer.get_body()) == (status, b"")


@pytest.mark.parametrize("name", CALLS)
def test_where_forgeries_come_through_no_person_is_believed(world: World, mocker: MockerFixture, name: str) -> None:
    door = FrontDoor(authentication=True, platform=Around(clean=False))
    mocker.patch("shared.composition.bootstrap.front_door", return_value=door)
    answer = call(name, BODIES.get(name, b""), headers=OPERATOR, **CALLS[name])

    assert (answer.status, answer.json["code"]) == (403, "authentication_off")
    assert call("list_offboardings", headers=KEY).status == 200


def test_the_calendar_is_for_a_key_of_its_own_and_for_people(
    world: World, door: FrontDoor, mocker: MockerFixture
) -> None:
    keys = frozenset({hashlib.sha256(b"the calendar's").hexdigest()})
    with_key = {"key": "the calendar's"}
    for authentication in (True, False):
        found = replace(door, authentication=authentication, calendar_keys=keys)
        mocker.patch("shared.composition.bootstrap.front_door", return_value=found)
        assert call("get_calendar", headers={}, query=with_key).status == 200
        assert call("get_calendar", headers={}, query={"key": "another"}).status == 401
        assert call("get_calendar", headers=KEY).status == 401
        reader = call("get_calendar", headers=person("Reader", Role.READ)).status
        assert reader == (200 if authentication else 401)
    mocker.patch("shared.composition.bootstrap.front_door", return_value=replace(door, calendar_keys=keys))
    assert call("list_offboardings", headers={}, query=with_key).status == 401
