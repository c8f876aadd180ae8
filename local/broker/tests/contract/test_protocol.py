"""AMQP in detail: credit, drain, windows, pieces, settlement of odd kinds, heartbeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.decode import decode_whole
from local.broker.amqp.frames import encode_frame
from local.broker.amqp.performatives import Attach, Begin, Close, Detach, Disposition, End, Flow, Transfer
from local.broker.amqp.types import Symbol
from local.broker.front.session import WINDOW
from local.broker.server import BrokerServer
from local.broker.tests.contract.lanes import Lane, text
from local.broker.tests.contract.raw import RawClient, error_of, message, outcome_of, source, target

ACCEPTED, RELEASED = put.described(0x24, put.EMPTY_LIST), put.described(0x26, put.EMPTY_LIST)


def annotations_of(payload: bytes) -> dict[str, Any]:
    """Decoded message annotations of a delivery."""
    found = {section.code: section.value for section in wire.sections(payload)}
    return dict(decode_whole(found[wire.MESSAGE_ANNOTATIONS]))


def test_credit_is_kept_and_a_drain_uses_it_up(broker: BrokerServer, lane: Lane) -> None:
    lane.send("1", "2", "3")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, settled=True, credit=2)
        assert [client.expect(Transfer).settled for _ in range(2)] == [True, True]
        client.flow(0, 5, count=2, drain=True)
        client.expect(Transfer)
        drained = client.expect(Flow)
        assert (drained.drain, drained.link_credit, drained.delivery_count) == (True, 0, 7)
        client.flow(0, 0, count=7, echo=True)
        assert client.expect(Flow).delivery_count == 7
        client.flow(0, 0, count=7, drain=True)
        assert client.expect(Flow).drain is True


def test_deliveries_wait_for_the_window_and_are_cut_to_the_clients_frames(broker: BrokerServer, lane: Lane) -> None:
    lane.send("a" * 1_000, "b" * 10)
    with RawClient(broker.port).sign_in(max_frame_size=512, incoming_window=8) as client:
        client.attach_receiver(0, lane.queue)
        # one answer of $cbs has come before, so the next transfer is number 2
        client.send(Flow(2, 2, 0, 100, 0, 0, 10))
        pieces = [client.expect_frame(Transfer) for _ in range(2)]
        assert [piece.more for piece, _ in pieces] == [True, True]
        assert all(len(payload) <= 512 for _, payload in pieces)
        client.send(Flow(4, 0, 0, 100, echo=True))
        assert isinstance(client.next().body, Flow), "the window is closed"
        client.send(Flow(4, 100, 0, 100))
        payload = b"".join(part for _, part in pieces)
        while True:
            piece, part = client.expect_frame(Transfer)
            payload += part
            if not piece.more:
                break
        assert payload.endswith(put.described(wire.DATA, put.binary(b"a" * 1_000)))
        assert annotations_of(payload)["x-opt-sequence-number"] == 1
        client.expect(Transfer)


def test_more_than_fits_one_turn_follows_in_the_next(broker: BrokerServer, lane: Lane) -> None:
    for _ in range(8):
        lane.send("x" * 100_000)
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, settled=True, credit=10)
        whole = 0
        while whole < 8:
            whole += not client.expect(Transfer).more
    assert lane.is_empty()


def test_a_busy_sender_gets_more_credit_and_window(broker: BrokerServer) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, "silent")
        granted = client.expect(Flow).link_credit or 0
        for number in range(granted // 2 + 1):
            client.send(Transfer(0, number, b"t", 0, True), payload=message())
        topped_up = client.expect(Flow)
        assert (topped_up.link_credit, topped_up.delivery_count) == (granted, granted // 2 + 1)
        pieces = encode_frame(0, Transfer(0, 9_999, b"t", 0, True, True)) * (WINDOW // 4)
        client.socket.sendall(pieces)
        flow = client.expect(Flow)
        assert (flow.handle, flow.incoming_window) == (None, WINDOW)


def test_a_message_in_pieces_is_taken_whole_or_not_at_all(broker: BrokerServer, lane: Lane) -> None:
    whole = message(b"in pieces")
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, lane.queue)
        client.send(Transfer(0, 1, b"t", 0, False, True), payload=whole[:5])
        client.send(Transfer(0, aborted=True))
        client.send(Transfer(0, 2, b"t", 0, False, True), payload=whole[:5])
        client.send(Transfer(0, more=True), payload=whole[5:6])
        assert outcome_of(client.send_message(0, 2, whole[6:]))[0] == 0x24
        client.send(Transfer(0, 3, b"t", 0, False, True), payload=whole[:5])
    assert [text(each) for each in lane.take()] == ["in pieces"]


def test_a_message_that_grows_too_large_is_rejected_and_the_link_detached(broker: BrokerServer) -> None:
    with RawClient(broker.port).sign_in() as client:
        assert client.attach_sender(0, "silent").max_message_size == 256 * 1024
        for _ in range(5):
            client.send(Transfer(0, 1, b"t", 0, False, True), payload=bytes(60_000))
        _, error = outcome_of(client.send_message(0, 1, b"end"))
        assert error is not None
        assert error[0] == error_of(client.expect(Detach).error)[0] == "amqp:link:message-size-exceeded"
        client.send(Transfer(0, 2, b"t", 0, False), payload=message())
        client.send(Detach(0, True))
        client.attach_sender(0, "silent")
        assert outcome_of(client.send_message(0, 3, message()))[0] == 0x24


def test_a_message_that_was_sent_settled_is_not_answered(broker: BrokerServer, lane: Lane) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, lane.queue)
        client.send(Transfer(0, 1, b"t", 0, True), payload=message(b"settled"))
        assert client.send_message(0, 2, message(b"not settled")).first == 2
    assert [text(each) for each in lane.take(2)] == ["settled", "not settled"]


def test_dispositions_over_a_range_settle_what_is_there_and_every_one_is_answered(
    broker: BrokerServer, lane: Lane
) -> None:
    lane.send("1", "2", "3")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, credit=3)
        numbers = [client.expect(Transfer).delivery_id or 0 for _ in range(3)]
        client.send(Disposition(True, numbers[0], numbers[1], False, ACCEPTED))
        answers = [client.expect(Disposition) for _ in range(2)]
        assert [(each.role, each.first, each.settled) for each in answers] == [
            (False, numbers[0], True), (False, numbers[1], True),
        ]  # fmt: skip
        client.send(Disposition(True, numbers[0], None, False, ACCEPTED))
        _, error = outcome_of(client.expect(Disposition))
        assert error is not None
        assert error[0] == "com.microsoft:message-lock-lost"
        client.send(Disposition(True, 5_000, 4_999, False, RELEASED))
        assert client.expect(Disposition).first == numbers[2]
        client.send(Disposition(True, 0, 0xFFFFFFFF, False, ACCEPTED))
        client.expect(Disposition)
    assert [(text(each), each.delivery_count) for each in lane.take()] == [("3", 0)]


@pytest.mark.parametrize(
    ("state", "condition"),
    [
        (put.described(0x27, put.encode([True, True])), "amqp:not-implemented"),
        (put.described(0x34, put.list_of([put.binary(b"t"), ACCEPTED])), "amqp:not-implemented"),
        (put.described(0x99, put.EMPTY_LIST), "amqp:not-implemented"),
    ],
    ids=["deferred", "transactional", "unknown"],
)
def test_odd_outcomes_fail_and_the_message_stays(
    broker: BrokerServer, lane: Lane, state: bytes, condition: str
) -> None:
    lane.send("stays")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, credit=1)
        client.send(Disposition(True, client.expect(Transfer).delivery_id or 0, None, False, state))
        _, error = outcome_of(client.expect(Disposition))
        assert error is not None
        assert error[0] == condition
    assert [text(each) for each in lane.peek()] == ["stays"]


def test_modified_is_abandoned_even_if_the_client_does_not_say_that_the_delivery_failed(
    broker: BrokerServer, lane: Lane
) -> None:
    lane.send("abandoned")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, credit=1)
        state = put.described(0x27, put.encode([None, False, {Symbol("note"): "kept"}]))
        client.send(Disposition(True, client.expect(Transfer).delivery_id or 0, None, False, state))
        assert client.expect(Disposition).state == state
    (again,) = lane.take()
    assert again.delivery_count == 1
    assert again.application_properties == {b"note": b"kept"}


def test_rejecting_with_an_error_of_ones_own_dead_letters_with_it(broker: BrokerServer, lane: Lane) -> None:
    lane.send("bad")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, credit=1)
        error = put.described(0x1D, put.encode([Symbol("my:error"), "my words"]))
        state = put.described(0x25, put.list_of([error]))
        client.send(Disposition(True, client.expect(Transfer).delivery_id or 0, None, False, state))
        assert outcome_of(client.expect(Disposition)) == (0x25, None)
    (dead,) = lane.dead_letters.peek_messages(1)
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("my:error", "my words")


@pytest.mark.parametrize(("status", "left"), [("completed", []), ("abandoned", [("held", 1)]), ("suspended", [])])
def test_a_lock_outlives_its_connection_and_is_settled_by_request(
    broker: BrokerServer, lane: Lane, status: str, left: list[tuple[str, int]]
) -> None:
    lane.send("held")
    with RawClient(broker.port).sign_in() as client:
        client.attach_receiver(0, lane.queue, credit=1)
        token = UUID(bytes_le=client.expect(Transfer).delivery_tag)
    with RawClient(broker.port).sign_in() as client:
        client.manage(lane.queue)
        request = {"lock-tokens": [token], "disposition-status": status, "deadletter-reason": "later"}
        assert client.operate("update-disposition", request)[0]["statusCode"] == 200
        properties, _ = client.operate("update-disposition", request)
        assert (properties["statusCode"], properties["errorCondition"]) == (410, "com.microsoft:message-lock-lost")
    assert [(text(each), each.delivery_count) for each in lane.peek()] == left
    if status == "suspended":
        assert [each.dead_letter_reason for each in lane.dead_letters.peek_messages(9)] == ["later"]


def test_an_idle_client_gets_heartbeats(broker: BrokerServer) -> None:
    with RawClient(broker.port) as client:
        client.open(idle_ms=200)
        assert [client.next().body for _ in range(2)] == [None, None]


def test_links_sessions_and_connections_end_politely(broker: BrokerServer) -> None:
    with RawClient(broker.port).sign_in() as client:
        client.attach_sender(0, "silent")
        client.send(Detach(0, False))
        assert client.expect(Detach).closed is False
        client.send(End())
        client.expect(End)
        client.send(Begin(None, 0, 10, 10))
        client.expect(Begin)
        client.send(Close())
        assert client.expect(Close).error is None


def test_source_and_target_are_echoed_byte_for_byte(broker: BrokerServer, open_lane: Callable[[str], Lane]) -> None:
    address = "amqps://127.0.0.1:1/Events/Subscriptions/AUDIT"
    odd = put.described(0x28, put.list_of([b"\xb1\x00\x00\x00\x2e" + address.encode()]))
    with RawClient(broker.port).sign_in() as client:
        client.send(Attach("odd", 0, True, 0, 1, odd, target("me")))
        answer = client.expect(Attach)
        assert (answer.source, answer.target, answer.initial_delivery_count) == (odd, target("me"), 0)
        assert answer.properties == {}
        client.send(Attach("bare", 1, True, 0, 1, source("plain-1"), None))
        assert client.expect(Attach).target
