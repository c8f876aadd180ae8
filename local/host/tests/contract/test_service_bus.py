"""The toy app's Service Bus triggers over the real SDK and the local broker."""

import http.client
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage

from local.host.tests.contract.conftest import Toy
from local.host.tests.contract.process import TOY_APP, HostProcess, running, seen, started, until

_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _message(message_id: str, **content: object) -> ServiceBusMessage:
    return ServiceBusMessage(json.dumps(content), message_id=message_id)


def _of(toy: Toy, kind: str, prefix: str) -> list[dict[str, Any]]:
    return [item for item in seen(toy.seen, kind) if item["message_id"].startswith(prefix)]


@pytest.fixture(scope="module")
def host(shared_toy: Toy) -> Iterator[HostProcess]:
    """One host for the tests that need nothing of their own."""
    settings = {**shared_toy.settings, "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls": "2"}
    with running(TOY_APP, settings) as made:
        yield made


@pytest.mark.usefixtures("host")
def test_a_message_arrives_as_in_azure_and_is_completed(shared_toy: Toy) -> None:
    properties: dict[str | bytes, Any] = {"traceparent": _TRACE, "kind": "first", "count": 3}
    body = '{"messageId": "forged"}'
    shared_toy.broker.send(
        ServiceBusMessage(body, message_id="plain", correlation_id="c-1", application_properties=dict(properties))
    )
    until(lambda: _of(shared_toy, "ordered", "plain"), "the order")
    until(lambda: "plain" not in shared_toy.broker.peek(), "the completion")
    (order,) = _of(shared_toy, "order", "plain")
    assert (order["body"], order["correlation_id"], order["properties"]) == (body, "c-1", properties)
    assert (order["traceparent"], order["delivery_count"]) == (_TRACE, 1)
    assert "+" not in order["enqueued"]  # naive, as in Azure
    assert "LockedUntil" not in order["metadata"]


def test_an_exception_abandons_until_the_message_is_dead_lettered(shared_toy: Toy, host: HostProcess) -> None:
    shared_toy.broker.send(_message("bad", fail=True))
    (dead,) = until(lambda: _of(shared_toy, "dead", "bad"), "the dead letter")
    assert dead["properties"]["DeadLetterReason"] == "MaxDeliveryCountExceeded"
    assert [item["delivery_count"] for item in _of(shared_toy, "order", "bad")] == [1, 2]
    assert "asked to fail" in host.log


@pytest.mark.usefixtures("host")
def test_a_text_body_overwrites_the_metadata_of_a_subscription(shared_toy: Toy) -> None:
    body = '{"messageId": "forged"}'
    shared_toy.broker.send(ServiceBusMessage(body, message_id="e-1"), topic=True)
    (event,) = until(lambda: seen(shared_toy.seen, "event"), "the event")
    assert event == {"kind": "event", "message_id": "forged", "body": body}


@pytest.mark.usefixtures("host")
def test_no_more_than_max_concurrent_calls_run_at_once(shared_toy: Toy) -> None:
    shared_toy.broker.send(*(_message(f"many-{number}", seconds=0.2) for number in range(6)))
    until(lambda: len(_of(shared_toy, "ordered", "many")) == 6, "six orders")
    running_now = most = 0
    for path in sorted([*shared_toy.seen.glob("*-order-*"), *shared_toy.seen.glob("*-ordered-*")]):
        if json.loads(path.read_text())["message_id"].startswith("many"):
            running_now += 1 if "-order-" in path.name else -1
            most = max(most, running_now)
    assert most == 2


def test_the_host_waits_for_the_broker_and_outlives_it(toy: Toy) -> None:
    toy.broker.send(_message("early"))
    toy.broker.kill()
    with started(TOY_APP, toy.settings) as host:
        until(lambda: "link is down" in host.log, "the first try")
        assert host.lines.empty()
        toy.broker.start()
        host.wait_ready()
        until(lambda: _of(toy, "ordered", "early"), "the early order")
        toy.broker.kill()
        toy.broker.start()
        toy.broker.send(_message("late"))
        until(lambda: _of(toy, "ordered", "late"), "the late order")


def test_the_stop_lets_running_functions_finish_and_settles_them(toy: Toy) -> None:
    with running(TOY_APP, toy.settings) as host:
        toy.broker.send(_message("last", seconds=0.5))
        request = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
        request.request("GET", "/api/slow?seconds=0.5")
        until(lambda: _of(toy, "order", "last") and seen(toy.seen, "slow"), "order and request")
        if sys.platform == "win32":
            host.stop()
        else:
            host.process.terminate()
        answer = request.getresponse()
        assert (answer.status, answer.read()) == (200, b"done")
        request.close()
        assert host.wait() == 0
    assert _of(toy, "ordered", "last")
    assert toy.broker.peek() == []


def test_after_a_time_out_everything_in_flight_is_abandoned_before_the_process_ends(toy: Toy) -> None:
    settings = {**toy.settings, "AzureFunctionsJobHost__functionTimeout": "00:00:01"}
    with running(TOY_APP, settings) as host:
        toy.broker.send(_message("first", seconds=60), _message("second", seconds=60))
        assert host.wait() == 70
        until(lambda: "" in host.errors, "the end of the log")
    for name in ("first", "second"):
        assert f"message {name} is abandoned, its function was cut off" in host.log
    with running(TOY_APP, toy.settings):
        until(lambda: len(_of(toy, "order", "first") + _of(toy, "order", "second")) == 4, "both orders again")
        again = [item["delivery_count"] for name in ("first", "second") for item in _of(toy, "order", name)]
    assert again == [1, 2, 1, 2]


@pytest.mark.slow
def test_a_lock_is_renewed_while_the_function_runs(toy: Toy) -> None:
    with running(TOY_APP, toy.settings):
        toy.broker.send(_message("long", seconds=12))
        until(lambda: _of(toy, "ordered", "long"), "the order")
    assert [item["delivery_count"] for item in _of(toy, "order", "long")] == [1]
