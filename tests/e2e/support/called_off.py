"""A stack in which an offboarding is withdrawn at a chosen call, and whose host is killed once at a later moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

REQUEST = "mistaken"
HELD = timedelta(seconds=2)
"""So long the chosen call waits for its answer: time for a person to call the offboarding off."""
RESTS = {"waiting", "withdrawn"}
MOST_LATER = 40
WITHIN = 90.0
State = dict[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """The number of the call at which it is withdrawn; the host is killed so many calls later, if it makes them."""

    call: int
    later: int

    @classmethod
    def at(cls, call: int) -> Moment:
        """Random, and the same in every run."""
        return cls(call, random.Random(call).randrange(MOST_LATER))


def state(tenant: Tenant, name: str) -> State:
    """What the customer holds, by the keys of the holdings, as the tenant itself knows it."""
    customer = tenant.customer(name)
    found: State = {"relationship": (customer["relationship"],)}
    for one in customer["subscriptions"]:
        plan = one.get("savingsPlanId")
        terms = (one["autoRenew"], one["scheduledActions"], one["nextTerm"], one["nextCharge"])
        found[f"savingsplan:{plan}" if plan else f"subscription:{one['id']}"] = (one["status"], one["quantity"], *terms)
    for child in customer["azureEntitlements"]:
        found[f"azure:{child['planId']}/{child['id']}"] = (child["nextStatus"] or child["status"],)
    for item in customer["reservations"]:
        found[f"reservation:{item['reservationOrderId']}/{item['id']}"] = (
            item["state"],
            item["quantity"],
            item["renew"],
        )
    for order in customer["orders"]:
        for line in order["lines"]:
            if line["subscriptionId"] is None:
                found[f"order:{order['id'].casefold()}/{line['number']}"] = (line["cancelled"], line["quantity"])
    return found | {f"gdap:{item['id']}": (item["status"],) for item in customer["gdap"]}


def differences(before: State, after: State) -> set[str]:
    """The keys of what is not as it was."""
    return {key for key in (*before, *after) if before.get(key) != after.get(key)}


def withdrawn_and_killed(folder: Path, scenario: Path, name: str, moment: Moment) -> str:
    """Offboard customer `name` through `moment`: as before, or what is not is listed. Returns when it was killed."""
    folder.mkdir(parents=True)
    stack, addresses = LocalStack.start(folder / "data", scenario)
    try:
        tenant = Tenant(addresses)
        before = state(tenant, name)
        operator = Api(addresses, addresses.people["Operate"].header)
        wanted = request_for(
            name, REQUEST, tenant.customer(name), suspendedLicences="reactivate_to_end", reduceSeats=True
        )
        tenant.fault({"match": {"nth": moment.call}, "action": {"type": "delay", "seconds": HELD.seconds}})
        identity = Api(addresses).ask(wanted).json()["offboardingId"]
        _until_calls(tenant, operator, identity, moment.call - 1, {"waiting"})
        answer = operator.say(identity, "withdraw", {"reason": "a mistake"})
        assert answer.status_code == 202, answer.text
        said_at = len(tenant.journal())
        _until_calls(tenant, operator, identity, said_at + moment.later, {"withdrawn"})
        shown = operator.show(identity)["status"]
        kill_host(stack)
        until(lambda: stack.process.poll() is not None, "the stack has noticed")
    finally:
        stack.kill()
    stack, addresses = LocalStack.start(folder / "data", scenario)
    try:
        tenant = Tenant(addresses)
        tenant.clear_faults()
        ended = _until_withdrawn(Api(addresses), tenant, identity)
        listed = {item["holding"] for item in ended["notRestored"]}
        found = differences(before, state(tenant, name))
        assert found == listed, f"{moment}: not as before {found - listed}, listed and as before {listed - found}"
        with Crm(addresses) as crm:
            event = crm.outcome(REQUEST)
        assert event["type"] == "offboarding.withdrawn.v1"
        assert {item["holding"] for item in event["data"].get("notRestored", ())} == listed
    finally:
        stack.kill()
    return f"withdrawn at call {moment.call}, killed {moment.later} calls later ({shown}), {len(listed)} listed"


def kill_host(stack: LocalStack) -> None:
    """SIGKILL to the process that runs the functions, and to no other."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    (host,) = [int(row[0]) for row in rows if int(row[1]) == stack.group and "local.host" in row[2]]
    os.kill(host, signal.SIGKILL)


def _until_calls(tenant: Tenant, api: Api, identity: str, calls: int, rests: Iterable[str]) -> None:
    """Until the tenant saw so many calls, or none will follow."""
    until(lambda: len(tenant.journal()) >= calls or api.show(identity)["status"] in rests, f"{calls} calls", every=0.02)


def _until_withdrawn(api: Api, tenant: Tenant, identity: str) -> dict[str, Any]:
    """Its end; what only waits for a date does not wait for it."""
    ended: dict[str, Any] = {}

    def there() -> bool:
        try:
            ended.update(api.show(identity))
        except requests.RequestException:
            return False
        at = ended.get("nextAttemptAt")
        if ended["status"] != "withdrawn" and at is not None and datetime.fromisoformat(at) > tenant.now():
            tenant.advance_to(datetime.fromisoformat(at))
        return bool(ended["status"] == "withdrawn")

    until(there, f"{identity} is withdrawn", WITHIN)
    return ended
