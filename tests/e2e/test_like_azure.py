"""A deployment's scaling and pace on one machine: does work that waits hide work that is due?"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local.stack.scaling.metrics import Counts, Peeks, Scaler, granted
from tests.e2e.support.api import Api
from tests.e2e.support.scenario import request_for, small, write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WAITING = 30
WAIT = timedelta(hours=12)
"""Far longer than what is scheduled on the queue of a stage (Pace.longest_scheduled)."""
PLAN = "offboarding-plan"
NEW, OTHER = "New-one", "Other-one"
AT_WORK = {"running", "waiting", "removed", "scheduled"}
WITHIN = 240.0
GRANTED = granted(ROOT / "infra")


@pytest.mark.timeout(900)
def test_thirty_that_wait_do_not_delay_a_new_one_with_the_right_that_the_deployment_grants(tmp_path: Path) -> None:
    stack, addresses, _ = _with_thirty_waiting(tmp_path, GRANTED)
    try:
        _is_planned(addresses, NEW, 60.0)
    finally:
        stack.kill()


@pytest.mark.timeout(1200)
def test_eleven_scheduled_messages_delay_nothing_for_who_counts_and_hide_a_new_one_from_who_peeks(
    tmp_path: Path,
) -> None:
    scenario = write_scenario(tmp_path / "scenario.json", small(NEW), small(OTHER))
    stack, addresses = LocalStack.start(tmp_path / "data", scenario, *_options(Scaler.COUNTS))
    try:
        _schedule(addresses, 11)
        _is_planned(addresses, NEW, WITHIN)
        assert "azure.servicebus" not in _logs(tmp_path)
        assert not re.search(r"(Connection|Link) state changed", _logs(tmp_path)), "the SDK is at WARNING"
        assert stack.interrupt() == 0
    finally:
        stack.kill()
    stack, addresses = LocalStack.start(tmp_path / "data", scenario, *_options(Scaler.PEEK))
    counts, peeks = Counts(addresses.rest, addresses.servicebus), Peeks(addresses.servicebus)
    try:
        api, tenant = Api(addresses), Tenant(addresses)
        api.ask(request_for(OTHER, OTHER, tenant.customer(OTHER)))
        until(lambda: counts.active(PLAN), "its first wake-up", WITHIN)
        assert peeks.active(PLAN) == 0, "it lies behind the scheduled ones"
        assert "scale out: function:plan" not in stack.errors().rpartition("ready.")[2]
        tenant.advance_to(tenant.now() + WAIT)
        _is_planned(addresses, OTHER, WITHIN)
        assert "scale out: function:plan" in stack.errors().rpartition("ready.")[2]
    finally:
        counts.close()
        peeks.close()
        stack.kill()


def _schedule(addresses: Addresses, count: int) -> None:
    """Put wake-ups on the queue of the first stage that are due later, and then for nobody."""
    body = json.dumps({"offboardingId": "00000000-0000-4000-8000-000000000001", "stage": "plan", "attempt": 1})
    messages = [ServiceBusMessage(body, message_id=f"later-{number}") for number in range(count)]
    with (
        ServiceBusClient.from_connection_string(addresses.servicebus) as client,
        client.get_queue_sender(PLAN) as sender,
    ):
        sender.schedule_messages(messages, Tenant(addresses).now() + WAIT)


def _with_thirty_waiting(folder: Path, scaler: Scaler) -> tuple[LocalStack, Addresses, Path]:
    """A stack in which thirty offboardings are planned and wait for their start, and nothing runs any more."""
    names = [f"Waiting-{number}" for number in range(WAITING)]
    scenario = write_scenario(folder / "scenario.json", *map(small, (*names, NEW, OTHER)))
    stack, addresses = LocalStack.start(folder / "data", scenario, *_options(scaler))
    try:
        api, tenant = Api(addresses), Tenant(addresses)
        start = (tenant.now() + WAIT).isoformat()
        customers = {one["name"]: one for one in tenant.state()["customers"]}
        for name in names:
            answer = api.ask(request_for(name, name, customers[name], notBefore=start))
            assert answer.status_code == 202, answer.text
        until(lambda: _of(api, "scheduled") >= WAITING, f"{WAITING} that wait", WITHIN)
        until(lambda: _is_at_zero(stack), "no instance runs", WITHIN)
    except BaseException:
        stack.kill()
        raise
    return stack, addresses, scenario


def _options(scaler: Scaler) -> tuple[str, ...]:
    """So many at once would use up a minute's calls, and wait for that."""
    return "--like-azure", "--scaler", scaler.value, "--set", "OFFBOARDING_CALLS_PER_MINUTE=6000"


def _is_planned(addresses: Addresses, name: str, seconds: float) -> None:
    api, tenant = Api(addresses), Tenant(addresses)
    if api.find(name) is None:
        api.ask(request_for(name, name, tenant.customer(name)))
    api.follow(name, AT_WORK, seconds)


def _of(api: Api, status: str) -> int:
    items: list[dict[str, Any]] = api.page(f"?status={status}&limit=200")["items"]
    return len(items)


def _is_at_zero(stack: LocalStack) -> bool:
    """Whether every group that was scaled out was scaled in again."""
    told = re.findall(r"^scale (out|in): (\S+)$", stack.errors(), re.MULTILINE)
    last = {name: way for way, name in told}
    return bool(last) and set(last.values()) == {"in"}


def _logs(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in (folder / "data" / "logs").glob("host*.log"))
