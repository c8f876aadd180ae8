"""The same request many times at once is one offboarding: every effect once, one outcome."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from tests.e2e.support.api import Api
from tests.e2e.support.crm import REQUESTS, Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import Addresses
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e

T = TypeVar("T")
SENDERS, EACH, CALLERS = 4, 5, 10


def test_twenty_messages_at_once_are_one_offboarding(addresses: Addresses, crm: Crm, api: Api, tenant: Tenant) -> None:
    customer = tenant.customer("Fabrikam Queue")
    body = json.dumps(request_for("Fabrikam Queue", "twenty", customer))
    together = threading.Barrier(SENDERS)

    def send(number: int) -> None:
        client = ServiceBusClient.from_connection_string(addresses.servicebus)
        with client, client.get_queue_sender(REQUESTS) as sender:
            together.wait(30)
            for count in range(EACH):
                sender.send_messages(ServiceBusMessage(body, message_id=f"twenty-{number}-{count}"))

    _at_once(SENDERS, send)
    _check_one_offboarding("twenty", customer["id"], crm, api, tenant)
    assert not crm.lying(REQUESTS)
    assert not crm.lying(REQUESTS, dead=True)


def test_ten_calls_at_once_are_one_offboarding(crm: Crm, api: Api, tenant: Tenant) -> None:
    customer = tenant.customer("Fabrikam Http")
    request = request_for("Fabrikam Http", "ten", customer)
    together = threading.Barrier(CALLERS)

    def post(_: int) -> requests.Response:
        together.wait(30)
        return api.ask(request)

    answers = _at_once(CALLERS, post)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len({answer.json()["offboardingId"] for answer in answers}) == 1
    _check_one_offboarding("ten", customer["id"], crm, api, tenant)


def _at_once(count: int, work: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def _check_one_offboarding(request_id: str, customer_id: str, crm: Crm, api: Api, tenant: Tenant) -> None:
    shown = api.follow(request_id, {"removed"})
    assert crm.outcome(request_id)["type"] == "offboarding.removed.v1"
    listed = api.page(f"?customerTenantId={customer_id}")["items"]
    assert [item["offboardingId"] for item in listed] == [shown["offboardingId"]]
    assert Counter(name for name, _ in tenant.effects(customer_id)) == {
        "subscription.suspended": 1,
        "subscription.cancelled": 2,
        "relationship.removed": 1,
    }
    received = [entry for entry in shown["timeline"] if entry["what"] == "received"]
    assert len(received) == 1
