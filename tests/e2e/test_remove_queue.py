"""Somebody puts messages on the remove queue by hand: a message is a hint, the store decides, nothing is removed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for, write_scenario
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

QUEUE = "offboarding-remove"
HOUR = {"Retry-After": "3600"}
BUSY = {"type": "status", "status": 409, "headers": HOUR}
"""Another operation holds one customer."""
OFFLINE = {"type": "status", "status": 503, "headers": HOUR}
"""Partner Center is down: from then on nobody is called for an hour."""
STATES = {
    "Early Ltd": ("waiting", "verify", "its stage is verify, not remove"),
    "Waiting Ltd": ("waiting", "verify", "its stage is verify, not remove"),
    "Closed Ltd": ("needs_attention", "verify", "the offboarding is needs_attention"),
    "Planless Ltd": ("planning", "plan", "its stage is plan, not remove"),
    "Postponed Ltd": ("waiting", "remove", "not due before "),
}
"""Customer: the state in which its offboarding rests, and why a message cannot move it. The last one stops the rest."""
UNREADABLE = (
    os.urandom(300),
    b"",
    b"{}",
    b"[]",
    json.dumps({"offboardingId": "x", "stage": "remove"}).encode(),
    json.dumps({"offboardingId": "x", "stage": "cancel", "attempt": 1}).encode(),
    json.dumps({"offboardingId": {"a": 1}, "stage": "remove", "attempt": "1"}).encode(),
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Addresses]:
    """A stack of its own, because an outage is everybody's."""
    stack, found = LocalStack.start(tmp_path / "data", write_scenario(tmp_path / "scenario.json"))
    yield found
    stack.kill()


def test_a_message_by_hand_never_removes(own: Addresses) -> None:
    with Crm(own) as crm:
        _check(own, crm, Api(own), Tenant(own))


def _check(addresses: Addresses, crm: Crm, api: Api, tenant: Tenant) -> None:
    customers = {name: tenant.customer(name)["id"] for name in (*STATES, "Untouched Ltd")}
    _hold_up(tenant, customers)
    known = []
    for names in (tuple(STATES)[:-1], tuple(STATES)[-1:]):
        for name in names:
            crm.send(request_for(name, f"by-hand-{name[:4]}", tenant.customer(name)))
        known += [api.follow(f"by-hand-{name[:4]}", {STATES[name][0]})["offboardingId"] for name in names]
    rests = {name: _rest(api, identity) for name, identity in zip(STATES, known, strict=True)}
    assert rests == {name: (status, stage) for name, (status, stage, _) in STATES.items()}
    tried = {name: len(tenant.removals(identity)) for name, identity in customers.items()}

    targets = [*known, customers["Untouched Ltd"], "no-such-offboarding"]
    reasons = [*(reason for _, _, reason in STATES.values()), "no such offboarding", "no such offboarding"]
    crm.send_raw([_wake_up(identity, 9000 + number) for number, identity in enumerate(targets)], QUEUE)
    crm.send_raw([ServiceBusMessage(text, message_id=f"garbage-{n}") for n, text in enumerate(UNREADABLE)], QUEUE)

    log = addresses.data / "logs" / "host.log"
    for number, reason in enumerate(reasons):
        _check_dropped(log, 9000 + number, reason)
    until(lambda: log.read_text().count("wake-up on queue remove dropped:") >= len(UNREADABLE), "garbage is dropped")
    until(lambda: not crm.lying(QUEUE), "every message is completed")
    assert not crm.lying(QUEUE, dead=True)
    assert {name: _rest(api, identity) for name, identity in zip(STATES, known, strict=True)} == rests
    assert {name: len(tenant.removals(identity)) for name, identity in customers.items()} == tried
    assert set(customers.values()) <= tenant.listed()


def _hold_up(tenant: Tenant, customers: dict[str, str]) -> None:
    """Early keeps what is active because every write to it fails; Planless and Postponed stop at their paths."""
    paths = {
        "Early Ltd": ("PATCH", "/subscriptions/", BUSY),
        "Planless Ltd": ("GET", "$", BUSY),
        "Postponed Ltd": ("PATCH", "$", OFFLINE),
    }
    for name, (method, path, action) in paths.items():
        match = {"method": method, "pathRegex": f"/v1/customers/{customers[name]}{path}", "times": None}
        tenant.fault({"name": name, "match": match, "action": action})


def _rest(api: Api, identity: str) -> tuple[str, str]:
    shown = api.show(identity)
    return shown["status"], shown["stage"]


def _wake_up(identity: str, attempt: int) -> ServiceBusMessage:
    body = {"offboardingId": identity, "stage": "remove", "attempt": attempt}
    return ServiceBusMessage(json.dumps(body), message_id=f"by-hand-{attempt}")


def _check_dropped(log: Path, attempt: int, reason: str) -> None:
    def told() -> list[str]:
        return [line for line in log.read_text(encoding="utf-8").splitlines() if f"(attempt {attempt})" in line]

    (line,) = until(told, f"the log tells of attempt {attempt}")
    assert "wake-up dropped: " in line, line
    assert reason in line, line
