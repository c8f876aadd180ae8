"""The people who work with the deployed application: who they are, and tokens that anybody can check."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from local.simulator.clock import ManualClock
from local.simulator.messages import Request
from local.simulator.scenario.models import Scenario
from local.simulator.services.entra.people import APP, PASSWORD
from local.simulator.simulator import Simulator
from local.simulator.tests.unit.tenant import START

ORIGIN = "http://127.0.0.1:7099"
TENANT = Scenario().partner.tenant_id


def _ask(simulator: Simulator, method: str, path: str, form: str = "") -> Any:
    return simulator.handle(Request.of(method, f"{ORIGIN}{path}", {}, form.encode()))


def _json(simulator: Simulator, path: str) -> Any:
    return json.loads(_ask(simulator, "GET", path).body)


def _checked(simulator: Simulator, token: str) -> dict[str, Any]:
    """As a resource checks it: key, issuer and audience from what Entra publishes."""
    described = _json(simulator, f"/{TENANT}/v2.0/.well-known/openid-configuration")
    keys = jwt.PyJWKSet.from_dict(_json(simulator, described["jwks_uri"].removeprefix(ORIGIN)))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, ["ES256"], audience=APP, issuer=described["issuer"])
    return claims


def _simulator(data: Path | None = None, **fields: Any) -> Simulator:
    return Simulator(Scenario.model_validate(fields), ManualClock(START), data)


def test_there_is_one_with_each_role_and_one_with_all_of_them() -> None:
    with _simulator() as simulator:
        found = _json(simulator, "/_simulator/people")
        roles = [one["roles"] for one in found["people"]]
        assert roles == [["Read"], ["Request"], ["Approve"], ["Operate"], ["Read", "Request", "Approve", "Operate"]]
        assert (found["issuer"], found["audience"]) == (f"{ORIGIN}/{TENANT}/v2.0", APP)
        for one in found["people"]:
            claims = _checked(simulator, one["token"])
            assert (claims["name"], claims["oid"]) == (one["name"], one["objectId"])
            assert claims["roles"] == [f"Offboarding.{role}" for role in one["roles"]]
        assert simulator.journal.next_seq == 2 * len(found["people"]) + 1  # the look-ups of _checked alone


def test_a_program_gets_a_token_at_the_token_endpoint() -> None:
    people = [{"name": "Ada L", "id": "ada00000-0000-4000-8000-00000000000a", "roles": ["Operate"]}]
    with _simulator(people=people) as simulator:
        form = (
            f"grant_type=password&client_id={APP}&username=ADA.L@relecloudpartners.onmicrosoft.com&password={PASSWORD}"
        )
        answer = _ask(simulator, "POST", f"/{TENANT}/oauth2/v2.0/token", form)
        assert answer.status == 200
        claims = _checked(simulator, json.loads(answer.body)["access_token"])
        assert (claims["oid"], claims["roles"]) == (people[0]["id"], ["Offboarding.Operate"])
        for wrong in (form.replace("ADA", "EVE"), form.replace(PASSWORD, "guess")):
            assert b"AADSTS50126" in _ask(simulator, "POST", f"/{TENANT}/oauth2/v2.0/token", wrong).body


def test_the_keys_stay_and_every_tenant_has_its_own(tmp_path: Path) -> None:
    with _simulator(tmp_path / "one") as simulator:
        token = _json(simulator, "/_simulator/people")["people"][0]["token"]
    with _simulator(tmp_path / "one") as simulator:
        assert _checked(simulator, token)
    with _simulator(tmp_path / "two") as simulator, pytest.raises((jwt.InvalidTokenError, KeyError)):
        _checked(simulator, token)


@pytest.mark.parametrize(
    "people",
    [
        [{"name": "Ada"}, {"name": "ADA"}],
        [{"name": "Ada", "id": TENANT}, {"name": "Eve", "id": TENANT}],
        [{"name": "Ada", "roles": ["Offboarding.Read"]}],
        [{"name": ""}],
        [{"name": "Ada", "id": "1"}],
    ],
)
def test_people_that_do_not_fit_are_refused(people: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Scenario.model_validate({"people": people})


def test_a_token_lives_in_machine_time() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    with Simulator(Scenario(), ManualClock(START), machine_clock=lambda: then) as simulator:
        token = _json(simulator, "/_simulator/people")["people"][0]["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert datetime.fromtimestamp(claims["exp"], UTC) - then == timedelta(days=30)
