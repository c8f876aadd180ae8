"""Who may do what over HTTP: every operation as everybody, where people sign in and where they do not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.e2e.support.api import PATH, Api, problem
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for, write_scenario
from tests.e2e.support.stack import Addresses, LocalStack

TIMEOUT = 20
WORD = {"blockerKey": "x", "reason": "case 123"}
LIST = {"offboardingIds": ["none"], "reason": "case 123"}
EVERYBODY = frozenset({"key", "Read", "Request", "Approve", "Operate", "all"})
REQUESTERS = frozenset({"key", "Request", "Operate", "all"})
OPERATORS = frozenset({"Operate", "all"})
APPROVERS = frozenset({"Approve", "all"})
DECISION = {"planDigest": "0" * 64, "reason": "case 123"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation: what is sent, who may, and what they are answered."""

    method: str
    path: str
    body: dict[str, Any] | None
    may: frozenset[str]
    answer: int


ASKS = {
    "create": Ask("POST", PATH, {}, REQUESTERS, 422),
    "list": Ask("GET", PATH, None, EVERYBODY, 200),
    "show": Ask("GET", f"{PATH}/none", None, EVERYBODY, 404),
    "resume": Ask("POST", f"{PATH}/none/resume", {"reason": "case 123"}, OPERATORS, 404),
    "resume_list": Ask("POST", f"{PATH}/resume", LIST, OPERATORS, 200),
    "approve": Ask("POST", f"{PATH}/none/approve", DECISION, APPROVERS, 404),
    "reject": Ask("POST", f"{PATH}/none/reject", DECISION, APPROVERS, 404),
    "withdraw": Ask("POST", f"{PATH}/none/withdraw", {"reason": "case 123"}, OPERATORS, 404),
    "reschedule": Ask("POST", f"{PATH}/none/reschedule", {"reason": "case 123"}, OPERATORS, 404),
    "show_brake": Ask("GET", "/api/brake", None, EVERYBODY, 200),
    "hold_brake": Ask("PUT", "/api/brake", {"held": True, "reason": "case 123"}, OPERATORS | APPROVERS, 428),
    "release_brake": Ask("PUT", "/api/brake", {"held": False, "reason": "case 123"}, OPERATORS, 428),
    "create_batch": Ask("POST", "/api/batches", {"requests": []}, REQUESTERS, 422),
    "show_batch": Ask("GET", "/api/batches/none", None, EVERYBODY, 404),
    "describe": Ask("GET", "/api/openapi.json", None, EVERYBODY, 200),
    "describe_messages": Ask("GET", "/api/asyncapi.json", None, EVERYBODY, 200),
    "doctor": Ask("GET", "/api/doctor", None, OPERATORS | {"Read"}, 200),
    "redrive": Ask("POST", "/api/dead-letters/redrive", {"reason": "case 123"}, OPERATORS, 200),
    "report": Ask("GET", f"{PATH}/none/report", None, EVERYBODY, 404),
    "month_report": Ask("GET", "/api/report?month=2026-11", None, EVERYBODY, 200),
    "calendar": Ask("GET", "/api/calendar", None, EVERYBODY, 200),
    "evidence": Ask("GET", f"{PATH}/none/evidence", None, EVERYBODY, 404),
    "override": Ask("POST", f"{PATH}/none/overrides", WORD, OPERATORS, 404),
}


def principal(*roles: str) -> str:
    """A header such as the platform writes, by somebody else."""
    claims = [{"typ": "oid", "val": "f0"}, *({"typ": "roles", "val": f"Offboarding.{role}"} for role in roles)]
    return base64.b64encode(json.dumps({"auth_typ": "aad", "claims": claims}).encode()).decode()


FORGED = {"X-MS-CLIENT-PRINCIPAL": principal("Read", "Request", "Approve", "Operate")}
SPELLED_OTHERWISE = {"x_ms_client_principal": FORGED["X-MS-CLIENT-PRINCIPAL"]}


@pytest.fixture(scope="module")
def nobody_signs_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A stack as a deployment without App Service Authentication."""
    folder = tmp_path_factory.mktemp("without")
    scenario = write_scenario(folder / "scenario.json")
    stack, found = LocalStack.start(folder / "data", scenario, "--without-authentication")
    yield found
    stack.kill()


def sent_by(who: str, addresses: Addresses) -> dict[str, str]:
    """What somebody sends with a request."""
    key = {"x-functions-key": addresses.key}
    others = {
        "key": key,
        "nobody": {},
        "wrong key": {"x-functions-key": "wrong"},
        "forged": FORGED,
        "forged otherwise": SPELLED_OTHERWISE,
        "forged with a key": key | FORGED,
        "forged otherwise with a key": key | SPELLED_OTHERWISE,
        "wrong token": {"Authorization": f"Bearer {next(iter(addresses.people.values())).token[:-8]}AAAAAAAA"}
        if addresses.people
        else {"Authorization": "Bearer x"},
        "forged beside a token": FORGED | (addresses.people["Read"].header if addresses.people else {}),
    }
    return others[who] if who in others else addresses.people[who].header


def ask(operation: Ask, addresses: Addresses, who: str) -> requests.Response:
    url, headers = f"{addresses.http}{operation.path}", sent_by(who, addresses)
    return requests.request(operation.method, url, json=operation.body, headers=headers, timeout=TIMEOUT)


@pytest.mark.parametrize("who", ["key", "Read", "Request", "Approve", "Operate", "all"])
@pytest.mark.parametrize("name", ASKS)
def test_where_people_sign_in(name: str, who: str, addresses: Addresses) -> None:
    answer = ask(ASKS[name], addresses, who)

    if who in ASKS[name].may:
        assert answer.status_code == ASKS[name].answer, answer.text
        return
    found = problem(answer, 403, "not_allowed")
    assert ("Offboarding.Approve" if name in ("approve", "reject") else "Offboarding.Operate") in found["detail"]
    assert found["operatorAction"]


@pytest.mark.parametrize("who", ["nobody", "wrong key", "forged", "forged otherwise"])
@pytest.mark.parametrize("name", ASKS)
def test_where_people_sign_in_nobody_is_let_in_by_what_they_claim(name: str, who: str, addresses: Addresses) -> None:
    problem(ask(ASKS[name], addresses, who), 401, "not_signed_in")


@pytest.mark.parametrize("who", ["forged with a key", "forged otherwise with a key", "forged beside a token"])
def test_where_people_sign_in_a_claim_adds_nothing_to_who_one_is(who: str, addresses: Addresses) -> None:
    problem(ask(ASKS["resume"], addresses, who), 403, "not_allowed")
    assert ask(ASKS["list"], addresses, who).status_code == 200


@pytest.mark.parametrize("name", ASKS)
def test_where_people_sign_in_a_wrong_token_is_refused_by_the_platform(name: str, addresses: Addresses) -> None:
    assert ask(ASKS[name], addresses, "wrong token").status_code == 401


@pytest.mark.parametrize("who", ["key", "forged with a key", "forged otherwise with a key"])
@pytest.mark.parametrize("name", ASKS)
def test_where_nobody_signs_in_everybody_is_a_program(name: str, who: str, nobody_signs_in: Addresses) -> None:
    answer = ask(ASKS[name], nobody_signs_in, who)

    if "key" in ASKS[name].may:
        assert answer.status_code == ASKS[name].answer, answer.text
        return
    found = problem(answer, 403, "authentication_off")
    assert "App Service Authentication" in found["operatorAction"] + found["detail"]


@pytest.mark.parametrize("who", ["nobody", "wrong key", "forged", "forged otherwise", "wrong token"])
@pytest.mark.parametrize("name", ASKS)
def test_where_nobody_signs_in_the_host_wants_a_key(name: str, who: str, nobody_signs_in: Addresses) -> None:
    answer = ask(ASKS[name], nobody_signs_in, who)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_token_of_elsewhere_is_worth_nothing_without_sign_in(
    addresses: Addresses, nobody_signs_in: Addresses
) -> None:
    """Nor does a stack without people have a page to sign in at."""
    url, headers = f"{nobody_signs_in.http}{PATH}", addresses.people["all"].header
    assert requests.get(url, headers=headers, timeout=TIMEOUT).status_code == 401
    assert requests.get(f"{nobody_signs_in.http}/.auth/me", timeout=TIMEOUT).status_code == 404


def test_a_browser_signs_in_sees_who_it_is_and_signs_out(addresses: Addresses) -> None:
    with requests.Session() as browser:
        root = addresses.http
        page = browser.get(f"{root}/.auth/login/aad", timeout=TIMEOUT).text
        assert "Otto Operator" in page
        number = page.split(">Otto Operator<")[0].rpartition('value="')[2].rstrip('"')
        form = {"person": number, "post_login_redirect_uri": PATH}
        signed_in = browser.post(f"{root}/.auth/login/aad", form, timeout=TIMEOUT)
        assert (signed_in.status_code, signed_in.url) == (200, f"{root}{PATH}")
        [me] = browser.get(f"{root}/.auth/me", timeout=TIMEOUT).json()
        assert {"typ": "roles", "val": "Offboarding.Operate"} in me["user_claims"]
        url, why = f"{root}{PATH}/none/resume", {"reason": "case 123"}
        assert browser.post(url, json=why, timeout=TIMEOUT).status_code == 404
        elsewhere = {"Origin": "http://evil.example"}
        assert browser.post(url, json=why, headers=elsewhere, timeout=TIMEOUT).status_code == 401
        browser.get(f"{root}/.auth/logout", timeout=TIMEOUT)
        assert browser.post(url, json=why, timeout=TIMEOUT).status_code == 401


def test_who_asked_is_recorded_and_overrides_nothing_of_their_own(api: Api, crm: Crm, addresses: Addresses) -> None:
    operator, other = addresses.people["Operate"], addresses.people["all"]
    unknown = {"id": "00000000-0000-4000-8000-0000000000aa"}
    wanted = request_for("Nobody Ltd", "by-a-person", unknown)
    asked = Api(addresses, operator.header).ask(wanted).json()["offboardingId"]
    by_key = api.ask(wanted | {"requestId": "by-a-key"}).json()["offboardingId"]
    crm.send(wanted | {"requestId": "by-queue", "requestedBy": "CRM of Ada"})

    person = {"type": "person", "id": operator.id, "name": operator.name}
    assert api.show(asked)["requester"] == api.show(asked)["timeline"][0]["actor"] == person
    assert api.show(by_key)["requester"] == {"type": "key", "id": "default", "name": "default"}
    found = api.follow("by-queue", {"rejected"})
    assert found["requester"] == {"type": "queue", "id": "requests", "name": "CRM of Ada"}
    told = crm.outcome("by-queue")["data"]["actor"]
    assert told == {"type": "system", "id": "pipeline", "name": "pipeline"}

    override = Ask("POST", f"{PATH}/{asked}/overrides", WORD, OPERATORS, 409)
    problem(ask(override, addresses, "Operate"), 403, "own_request")
    problem(Api(addresses, other.header).say(asked, "overrides", WORD), 409, "not_overridable")


def test_what_is_denied_stands_in_the_log(addresses: Addresses) -> None:
    ask(ASKS["override"], addresses, "Approve")
    log = (addresses.data / "logs" / "host.log").read_text(encoding="utf-8")
    assert "denied: override by person Ava Approver (" in log
