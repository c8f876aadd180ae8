"""What the broker does not do it refuses at once and with a reason; no client is left waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import (
    MessagingEntityDisabledError,
    ServiceBusAuthenticationError,
    ServiceBusError,
)

from local.broker.amqp import encode as put
from local.broker.amqp.performatives import Attach
from local.broker.amqp.types import Symbol, Timestamp
from local.broker.server import BrokerServer
from local.broker.tests.contract.raw import RawClient, message, outcome_of, source, target

SESSION = {Symbol("com.microsoft:session-filter"): None}
COORDINATOR = put.described(0x30, put.list_of([]))


CASES: list[tuple[str, dict[str, str], type[Exception]]] = [
    ("nothing", {}, ServiceBusAuthenticationError),
    ("plain-1", {"SharedAccessKey=": "SharedAccessKey=not-"}, ServiceBusAuthenticationError),
    ("closed", {}, MessagingEntityDisabledError),
    ("events/Subscriptions/crm", {}, ServiceBusError),
]


def test_the_client_library_learns_why(broker: BrokerServer) -> None:
    def send(case: tuple[str, dict[str, str], type[Exception]]) -> None:
        name, changes, kind = case
        string = broker.connection_string
        for old, new in changes.items():
            string = string.replace(old, new)
        sender = ServiceBusClient.from_connection_string(string, retry_total=0).get_queue_sender(name)
        with pytest.raises(kind):
            sender.send_messages(ServiceBusMessage("x"))

    def receive_session() -> None:
        client = ServiceBusClient.from_connection_string(broker.connection_string, retry_total=0)
        receiver = client.get_queue_receiver("plain-1", session_id="one")
        with pytest.raises(ServiceBusError, match="does not require sessions"):
            receiver.receive_messages(1, max_wait_time=5)

    with ThreadPoolExecutor(5) as pool:
        sessions = pool.submit(receive_session)
        list(pool.map(send, CASES))
        sessions.result()


@pytest.mark.parametrize(
    ("receives", "near", "condition"),
    [
        (False, target("nothing"), "amqp:not-found"),
        (True, source("events/Subscriptions/nobody"), "amqp:not-found"),
        (True, source("plain-1/$Transfer/$DeadLetterQueue"), "amqp:not-found"),
        (True, source("events"), "amqp:not-allowed"),
        (False, target("events/Subscriptions/crm"), "amqp:not-allowed"),
        (False, target("plain-1/$DeadLetterQueue"), "amqp:not-allowed"),
        (True, source("plain-1", SESSION), "amqp:not-allowed"),
        (True, source("closed"), "com.microsoft:entity-disabled"),
        (False, target("closed"), "com.microsoft:entity-disabled"),
        (False, target("nothing/$management"), "amqp:not-found"),
        (False, COORDINATOR, "amqp:not-implemented"),
        (False, None, "amqp:invalid-field"),
        (False, target(""), "amqp:invalid-field"),
    ],
)
def test_an_attach_is_refused_with_a_condition(
    broker: BrokerServer, receives: bool, near: bytes | None, condition: str
) -> None:
    with RawClient(broker.port).sign_in() as client:
        far = target("me") if receives else source("me")
        client.send(Attach("l", 0, receives, 0, 0, *((near, far) if receives else (far, near))))
        answer = client.expect(Attach)
        assert (answer.source, answer.target) == (None, None)
        assert client.refusal()[0] == condition


def test_without_a_token_nothing_can_be_attached(broker: BrokerServer) -> None:
    with RawClient(broker.port) as client:
        client.open()
        client.attach_sender(0, "plain-1")
        assert client.refusal()[0] == "amqp:unauthorized-access"
        assert client.put_token("plain-2")["status-code"] == 202
        client.attach_receiver(1, "plain-2/$DeadLetterQueue")
        client.attach_receiver(2, "plain-1")
        assert client.refusal()[0] == "amqp:unauthorized-access"


@pytest.mark.parametrize(
    ("payload", "fields", "condition"),
    [
        (b"no message", {}, "amqp:decode-error"),
        (message()[:-1], {}, "amqp:decode-error"),
        (message(), {"message_format": 5}, "amqp:not-implemented"),
        (message(), {"message_format": 0x80013700}, "amqp:decode-error"),
        (message(), {"state": put.described(0x34, put.list_of([put.binary(b"txn")]))}, "amqp:not-implemented"),
        (put.described(0x73, put.encode(["i" * 129])) + message(), {}, "com.microsoft:argument-error"),
    ],
)
def test_a_message_is_refused_with_a_condition_and_the_link_lives_on(
    broker: BrokerServer, payload: bytes, fields: dict[str, object], condition: str
) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, "silent")
        kind, error = outcome_of(client.send_message(0, 7, payload, **fields))
        assert error is not None
        assert (kind, error[0]) == (0x25, condition)
        assert outcome_of(client.send_message(0, 8, message())) == (0x24, None)


@pytest.mark.parametrize(
    ("operation", "body", "status", "condition"),
    [
        ("get-message-sessions", {}, 501, "amqp:not-implemented"),
        ("renew-session-lock", {"session-id": "s"}, 501, "amqp:not-implemented"),
        ("add-rule", {}, 501, "amqp:not-implemented"),
        ("receive-by-sequence-number", {"sequence-numbers": [1]}, 501, "amqp:not-implemented"),
        ("peek-message", {}, 400, "com.microsoft:argument-error"),
        ("peek-message", "text", 400, "com.microsoft:argument-error"),
        ("renew-lock", {"lock-tokens": [None]}, 400, "com.microsoft:argument-error"),
        ("update-disposition", {"lock-tokens": None}, 400, "com.microsoft:argument-error"),
        ("schedule-message", {"messages": []}, 400, "com.microsoft:argument-error"),
        ("schedule-message", {"messages": [{"message": message()}]}, 400, "com.microsoft:argument-error"),
        ("schedule-message", {"messages": [{"message": b"junk"}]}, 400, "amqp:decode-error"),
        ("schedule-message", {"messages": [{"message": bytes(300_000)}]}, 400, "amqp:link:message-size-exceeded"),
        ("cancel-scheduled-message", {"sequence-numbers": ["1"]}, 400, "com.microsoft:argument-error"),
    ],
)  # fmt: skip
def test_a_management_request_is_refused_with_a_condition(
    broker: BrokerServer, operation: str, body: object, status: int, condition: str
) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.manage("plain-1")
        properties, _ = client.operate(operation, body)
        assert (properties["statusCode"], properties["errorCondition"]) == (status, condition)
        assert properties["statusDescription"]


@pytest.mark.parametrize(
    ("entity", "status", "condition"),
    [
        ("closed", 403, "com.microsoft:entity-disabled"),
        ("events/Subscriptions/crm", 400, "amqp:not-allowed"),
        ("plain-1/$DeadLetterQueue", 400, "amqp:not-allowed"),
    ],
)
def test_scheduling_is_refused_where_sending_is(broker: BrokerServer, entity: str, status: int, condition: str) -> None:
    annotations = put.described(0x72, put.encode({Symbol("x-opt-scheduled-enqueue-time"): Timestamp(1)}))
    with RawClient(broker.port).sign_in() as client:
        client.manage(entity)
        properties, _ = client.operate("schedule-message", {"messages": [{"message": annotations + message()}]})
        assert (properties["statusCode"], properties["errorCondition"]) == (status, condition)


def test_a_request_without_a_way_back_is_rejected(broker: BrokerServer) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, "plain-1/$management")
        request = put.described(0x73, put.encode(["id"])) + put.described(0x74, put.encode({"operation": "x"}))
        _, error = outcome_of(client.send_message(0, 1, request + put.described(0x77, put.NULL)))
        assert error is not None
        assert error[0] == "amqp:precondition-failed"
        _, error = outcome_of(client.send_message(0, 2, message()))
        assert error is not None
        assert error[0] == "amqp:not-allowed"
