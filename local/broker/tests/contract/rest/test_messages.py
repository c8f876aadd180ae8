"""Send, receive, settle over HTTP; and the same messages seen over AMQP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode

from local.broker.server import BrokerServer
from local.broker.tests.contract.lanes import eventually
from local.broker.tests.contract.rest.client import Reply, Rest

FULL = {
    "MessageId": "crm-1",
    "CorrelationId": "case-7",
    "Label": "Größe",
    "To": "here",
    "ReplyTo": "there",
    "SessionId": "s",
    "ReplyToSessionId": "r",
    "PartitionKey": "s",
}


def test_what_is_sent_is_received(rest: Rest, queue: str) -> None:
    headers = {"Content-Type": "application/json", "Customer": '"12345,ÄBC"'.encode().decode("latin-1")}
    more = {"Rank": "7", "Ratio": "0.5", "Urgent": "true", "X-Client": "not quoted", "X-Ms-Client": '"ours"'}
    sent = rest.call(
        "POST",
        f"/{queue}/messages?timeout=60&api-version=2016-07",
        b'{"a": 1}',
        properties=FULL,
        headers=headers | more,
    )
    assert (sent.status, sent.body) == (201, b"")
    got = rest.lock(queue)
    assert (got.status, got.body) == (201, b'{"a": 1}')
    assert got.broker.items() >= FULL.items()
    assert got.broker.items() >= {"SequenceNumber": 1, "DeliveryCount": 1, "State": "Active"}.items()
    assert got.headers.items() >= {"Content-Type": "application/json", "Rank": "7", "Urgent": "true"}.items()
    assert got.headers["Customer"] == '"12345,\\u00c4BC"'
    assert not {"X-Client", "X-Ms-Client", "Host"} & set(got.headers)
    assert got.headers["Location"] == f"{rest.url}/{queue}/messages/1/{got.broker['LockToken']}"


def test_a_message_without_properties_gets_an_id(rest: Rest, queue: str) -> None:
    rest.call("POST", f"/{queue}/messages")
    got = rest.take(queue)
    assert (got.status, got.body, len(got.broker["MessageId"])) == (200, b"", 32)
    assert got.headers["Content-Type"] == "application/atom+xml;type=entry;charset=utf-8"
    assert "LockToken" not in got.broker
    assert "Location" not in got.headers
    assert rest.take(queue).status == 204


@pytest.mark.parametrize("method", ["DELETE", "PUT", "POST"])
def test_a_lock_is_settled_once(method: str, rest: Rest, queue: str) -> None:
    rest.send(queue, MessageId="mine")
    got = rest.lock(queue)
    assert rest.lock(queue).status == 204, "it was handed out twice"
    place = got.headers["Location"] if method != "PUT" else f"/{queue}/messages/mine/{got.broker['LockToken']}"
    assert rest.call(method, place).status == 200
    after = rest.lock(queue)
    assert (after.status, method) in {(204, "DELETE"), (201, "PUT"), (204, "POST")}
    if method == "POST":
        assert rest.call("DELETE", place).status == 200
    gone = rest.call("DELETE", place)
    assert (gone.status, b"<Code>410</Code>" in gone.body) == (410, True)
    if method == "PUT":
        assert after.broker["DeliveryCount"] == 2
        assert rest.call("PUT", after.headers["Location"]).status == 200
        dead = rest.lock(f"{queue}/$DeadLetterQueue")
        assert (dead.status, dead.headers["DeadLetterReason"]) == (201, '"MaxDeliveryCountExceeded"')


@pytest.mark.parametrize("name", ["Location", "LOCATION", "BrokerProperties", "Date", "Server", "X-Ms-Own"])
def test_a_property_does_not_take_the_place_of_a_header_of_the_answer(
    name: str, rest: Rest, queue: str, door: BrokerServer
) -> None:
    """Sent by either way; a second Location would lead a client away from its lock."""
    if name != "BrokerProperties":
        rest.call("POST", f"/{queue}/messages", b"x", headers={name: '"http://elsewhere.example/"'})
    with ServiceBusClient.from_connection_string(door.connection_string) as client:
        message = ServiceBusMessage(b"x", application_properties={name: "http://elsewhere.example/"})
        client.get_queue_sender(queue).send_messages(message)
    for _ in range(1 if name == "BrokerProperties" else 2):
        rest._connection.request("POST", f"/{queue}/messages/head", headers={"Authorization": rest.token})
        answer = rest._connection.getresponse()
        answer.read()
        places = [value for header, value in answer.getheaders() if header.lower() == "location"]
        assert (answer.status, len(places)) == (201, 1)
        assert "elsewhere" not in str(answer.getheaders())
        assert rest.call("DELETE", places[0]).status == 200


def test_a_lock_that_ran_out_is_gone_and_a_renewed_one_is_not(rest: Rest) -> None:
    rest.send("quick")
    got = rest.lock("quick")
    again = eventually(lambda: _there(rest.lock("quick")), "the message after its lock ran out")
    assert rest.call("DELETE", got.headers["Location"]).status == 410
    assert rest.call("POST", again.headers["Location"]).status == 200
    assert rest.call("DELETE", again.headers["Location"]).status == 200


def _there(reply: Reply) -> Reply | None:
    return reply if reply.status == 201 else None


def test_a_receive_waits_for_a_message(rest: Rest, queue: str, connect: Callable[[str | None], Rest]) -> None:
    got: list[Reply] = []
    waiting = threading.Thread(target=lambda: got.append(connect(None).lock(queue, 20)))
    waiting.start()
    rest.send(queue, b"late")
    waiting.join(20)
    assert [each.body for each in got] == [b"late"]


def test_a_client_that_left_is_given_nothing(rest: Rest, queue: str, door: BrokerServer) -> None:
    for _ in range(3):
        with Rest(door.rest_url) as leaving:
            leaving._connection.request("POST", f"/{queue}/messages/head", headers={"Authorization": leaving.token})
    # Each call is a turn of the broker's loop, which has seen the others leave by then.
    assert rest.lock(queue, 1).status == 204
    rest.send(queue)
    assert rest.lock(queue, 20).broker["DeliveryCount"] == 1


def test_a_scheduled_message_comes_when_business_time_has_come(
    rest: Rest, queue: str, advance_clock: Callable[[float], None]
) -> None:
    due = datetime.now(UTC) + timedelta(days=30)
    later = due + timedelta(days=30)
    rest.send(queue, b"first", ScheduledEnqueueTimeUtc=format_datetime(due, usegmt=True))
    rest.send(queue, b"second", ScheduledEnqueueTimeUtc=later.replace(tzinfo=None).isoformat())
    for body in (b"first", b"second"):
        assert rest.take(queue).status == 204
        advance_clock(30 * 86_400 + 10)
        assert rest.take(queue, 20).body == body


def test_time_to_live_is_in_seconds(rest: Rest, queue: str) -> None:
    rest.send(queue, TimeToLive=0.001)
    rest.send(queue, b"lives", TimeToLive=9e9)
    got = eventually(lambda: _ok(rest.take(queue)), "the message that lives")
    assert got.body == b"lives"
    assert rest.take(queue).status == 204


def _ok(reply: Reply) -> Reply | None:
    return reply if reply.body == b"lives" else None


def test_amqp_and_http_see_the_same_messages(rest: Rest, queue: str, door: BrokerServer) -> None:
    client = ServiceBusClient.from_connection_string(door.connection_string)
    with (
        client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as receiver,
    ):
        rest.call("POST", f"/{queue}/messages", b"over http", properties=FULL, headers={"Rank": "7", "Name": '"n"'})
        (message,) = receiver.receive_messages(max_wait_time=10)
        assert (b"".join(message.body), message.message_id, message.subject) == (b"over http", "crm-1", "Größe")
        assert message.application_properties == {b"Rank": 7, b"Name": b"n"}
        assert (message.session_id, message.correlation_id, message.to) == ("s", "case-7", "here")
        sender.send_messages(
            ServiceBusMessage(
                b"over amqp",
                message_id="two",
                content_type="a\r\nb",
                application_properties={"Host": "x", "bad name": 1, "Location": "x", "set-cookie": "a=b", "Rank": 7},
            )
        )
    got = rest.lock(queue, 10)
    assert (got.body, got.broker["MessageId"]) == (b"over amqp", "two")
    assert not {"Host", "bad name", "set-cookie"} & set(got.headers), "what is no header was made one"
    assert got.headers["Rank"] == "7"
    assert rest.call("DELETE", got.headers["Location"]).status == 200


def test_a_topic_gives_each_subscription_a_copy(rest: Rest) -> None:
    rest.send("events", b"e")
    assert rest.take("Events/Subscriptions/CRM").body == b"e"
