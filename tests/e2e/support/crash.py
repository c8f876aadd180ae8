"""Stacks that are killed at a chosen moment and started again with the same folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

from tests.e2e.support.api import Api
from tests.e2e.support.crm import REQUESTS, Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

REQUEST = "crash"


@dataclass(frozen=True, slots=True)
class Victim:
    """A running stack that is about to be killed, and the customer that it offboards."""

    stack: LocalStack
    addresses: Addresses
    customer: dict[str, Any]

    def drop(self) -> None:
        """Put the request on the queue; the stack may die as soon as it was taken."""
        client = ServiceBusClient.from_connection_string(self.addresses.servicebus)
        body = json.dumps(request_for(self.customer["name"], REQUEST, self.customer))
        client.get_queue_sender(REQUESTS).send_messages(ServiceBusMessage(body))
        with contextlib.suppress(ServiceBusError, OSError):
            client.close()

    def status(self) -> str:
        """What HTTP tells, "" before the request was accepted, "killed" once the stack is dead."""
        try:
            found = Api(self.addresses).find(REQUEST)
        except requests.RequestException:
            until(lambda: self.stack.process.poll() is not None, "the stack is dead")
            return "killed"
        return str(found["status"]) if found else ""

    def ended(self) -> str:
        """The status once it is an end, or "killed"; "" before."""
        status = self.status()
        return status if status in ("killed", "removed", "needs_attention") else ""

    def freeze_broker(self) -> None:
        """The broker neither reads nor writes any more."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        (broker,) = [int(row[0]) for row in rows if int(row[1]) == self.stack.group and "local.broker" in row[2]]
        os.kill(broker, signal.SIGSTOP)


Crash = Callable[[Victim], bool]
"""Drops the request and sees to it that the stack dies; False if it got to its end before."""


def crash_and_go_on(folder: Path, scenario: Path, name: str, crash: Crash) -> bool:
    """Offboard customer `name` through `crash`: removed and reported once, every effect once. False without a crash."""
    folder.mkdir(parents=True)
    stack, addresses = LocalStack.start(folder / "data", scenario)
    try:
        victim = Victim(stack, addresses, Tenant(addresses).customer(name))
        crashed = crash(victim)
    finally:
        stack.kill()
    stack, addresses = LocalStack.start(folder / "data", scenario)
    try:
        _check_end(addresses, victim.customer)
    finally:
        stack.kill()
    return crashed


def killed_by(rule: dict[str, Any]) -> Crash:
    """The simulator kills the stack with this fault rule: the effect is committed, its answer never leaves."""

    def crash(victim: Victim) -> bool:
        group = {"group": victim.stack.group}
        armed = rule | group if "killAtJournal" in rule else {**rule, "action": {"type": "kill"} | group}
        Tenant(victim.addresses).fault(armed)
        victim.drop()
        ended = until(victim.ended, "crash or end")
        if ended != "killed":
            # Disarmed, or it would kill that process group later, whoever has its number then.
            Tenant(victim.addresses).clear_faults()
        return ended == "killed"

    return crash


def _check_end(addresses: Addresses, customer: dict[str, Any]) -> None:
    tenant, api = Tenant(addresses), Api(addresses)
    shown = api.follow(REQUEST, {"removed", "needs_attention", "already_removed"}, 90)
    assert shown["status"] == "removed", shown["reason"]
    twice = {effect: times for effect, times in Counter(tenant.effects(customer["id"])).items() if times > 1}
    assert not twice, twice
    assert customer["id"] not in tenant.listed()
    with Crm(addresses) as crm:
        event = crm.outcome(REQUEST)
    assert event["type"] == "offboarding.removed.v1"
    assert event["data"]["offboardingId"] == shown["offboardingId"]
