"""I12 over real processes: a stack in trouble keeps its secrets out of every log, message, record and answer."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local.simulator.scenario.models import PartnerSpec, Scenario, SignInSpec
from tests.e2e.support.api import PATH, Api
from tests.e2e.support.crm import REJECTED, REQUESTS, Crm, body
from tests.e2e.support.scenario import LAG, request_for, small
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import PARTNER, SIGN_IN, Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

CLIENT_SECRET = "recognisable-client-secret"
REFRESH_TOKEN = "recognisable-refresh-token"
NAME = "Secretive"
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}")
"""Every access and refresh token that the simulated tenant issues is a signed JSON web token."""
SIGNATURE = re.compile(rb'signature\\*":\\*"[A-Za-z0-9._-]*')
PRIVATE = frozenset(
    {
        "scenario.json",
        "refresh-token.json",
        "keys.json",
        "local.settings.json",
        "function-key",
        "people.json",
        "addresses.json",
    }
)
"""Where secrets are kept on one machine, readable for the owner only."""
QUOTING = {
    "error": "invalid_grant",
    "error_description": f"AADSTS70000: token '{REFRESH_TOKEN}' of client '{CLIENT_SECRET}' is not valid.",
}
TROUBLE: tuple[dict[str, Any], ...] = (
    {"match": {"pathRegex": "/oauth2/", "times": 2}, "action": {"type": "status", "status": 400, "body": QUOTING}},
    {"match": {"pathRegex": "/subscriptions$", "nth": 1}, "action": {"type": "status", "status": 401, "code": "400"}},
    {"match": {"pathRegex": "/orders$", "nth": 1}, "action": {"type": "status", "status": 500}},
    {"match": {"pathRegex": "/entitlements$", "nth": 1}, "action": {"type": "html"}},
    {"match": {"pathRegex": "/transfers$", "nth": 1}, "action": {"type": "dropAfter"}},
    {"match": {"method": "PATCH", "nth": 1}, "action": {"type": "status", "status": 401, "code": "900421"}},
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[tuple[LocalStack, Addresses]]:
    """A stack whose secrets can be told from anything else."""
    sign_in = SignInSpec(client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN)
    knobs = {"removal_lag": LAG, "gdap_lag": LAG}
    scenario = Scenario.model_validate(
        {"partner": PartnerSpec(sign_in=sign_in), "customers": (small(NAME),), "knobs": knobs}
    )
    file = tmp_path / "scenario.json"
    file.write_text(scenario.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    started, addresses = LocalStack.start(tmp_path / "data", file)
    yield started, addresses
    started.kill()


def test_a_stack_in_trouble_keeps_its_secrets(stack: tuple[LocalStack, Addresses]) -> None:
    started, addresses = stack
    api, tenant = Api(addresses), Tenant(addresses)
    for rule in TROUBLE:
        tenant.fault(rule)
    shown = list(_offboarded(api, tenant, addresses))
    _check_form_of_tokens(addresses)
    started.interrupt()
    kept = sorted(path for path in addresses.data.rglob("*") if path.is_file())
    files = {str(path.relative_to(addresses.data)): path.read_bytes() for path in kept if path.name not in PRIVATE}
    files = {name: data for name, data in files.items() if not name.startswith("simulator")}
    # The signature of the evidence has a token's form, and is there to be shown.
    files = {name: SIGNATURE.sub(b"", data) for name, data in files.items()}
    shown += [started.errors().encode(), *files.values()]

    assert {path.name for path in kept} >= PRIVATE, kept
    assert [name for name in files if name.endswith(".log")]
    assert any(b"offboarding" in data for data in files.values())
    secrets = {CLIENT_SECRET, REFRESH_TOKEN, addresses.key, _sas_key(addresses)}
    for name, data in [*files.items(), *((f"answer {number}", data) for number, data in enumerate(shown))]:
        found = {secret for secret in secrets if secret.encode() in data}
        assert not found, f"{name} shows {found}"
        assert not TOKEN.search(data), f"{name} shows a token: {_around(data)!r}"
    _check_private(addresses.data)


def _offboarded(api: Api, tenant: Tenant, addresses: Addresses) -> Iterator[bytes]:
    """Offboard through every trouble; yields all that the application says to anybody on the way."""
    customer, operator = tenant.customer(NAME), Api(addresses, addresses.people["Operate"].header)
    with Crm(addresses) as crm:
        crm.send(request_for(NAME, "kept", customer, customerTenantId=customer["id"]))
        crm.send({"version": "1", "requestId": REFRESH_TOKEN[:3]})
        yield api.call("GET", PATH).content
        resumed: set[str] = set()

        def removed() -> bool:
            found = api.find("kept")
            if found and found["status"] == "needs_attention" and found["updatedAt"] not in resumed:
                resumed.add(found["updatedAt"])
                operator.resume(found["offboardingId"])
            return bool(found and found["status"] == "removed")

        until(removed, "removed in spite of everything", 90, every=0.3)
        yield json.dumps(api.find("kept")).encode()
        yield json.dumps(crm.events()).encode()
        yield requests.get(f"{api.root}{PATH}", timeout=20).content
        yield from (body(message) for message in crm.rejected())
        for queue in (REQUESTS, REJECTED):
            for dead in (False, True):
                yield from (body(message) for message in crm.lying(queue, dead=dead))


def _sas_key(addresses: Addresses) -> str:
    parts = dict(part.split("=", 1) for part in addresses.servicebus.split(";") if "=" in part)
    return parts["SharedAccessKey"]


def _check_form_of_tokens(addresses: Addresses) -> None:
    """What is searched for is what the tenant issues."""
    form = SIGN_IN | {"client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
    answer = requests.post(f"{addresses.simulator}/{PARTNER}/oauth2/v2.0/token", data=form, timeout=20).json()
    assert TOKEN.match(answer["access_token"].encode())
    assert TOKEN.match(answer["refresh_token"].encode())


def _around(data: bytes) -> bytes:
    found = TOKEN.search(data)
    return data[max(found.start() - 300, 0) : found.start() + 10] if found else b""


def _check_private(folder: Path) -> None:
    if os.name == "nt":
        return
    for name in PRIVATE:
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
