"""Cases of the engine that deserve a name of their own; the state machine covers their combinations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.decode import decode_whole
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import Content
from local.broker.amqp.performatives import Disposition
from local.broker.engine.message import Message
from local.broker.entities.model import DeliverySettings, Entities, IntakeSettings, Queue, Subscription, Topic
from local.broker.front.deliveries import Deliveries
from local.broker.tests.unit.engine import Engine


def content(text: str = "m", **settings: Any) -> Content:
    """A message that says `text`."""
    return Content(rest=text.encode(), **settings)


def engine(**settings: Any) -> Engine:
    """One queue with delivery settings."""
    return Engine(Entities(queues=(Queue("q", delivery=DeliverySettings(**settings)),)))


def properties(message: Message) -> dict[str, Any]:
    """Application properties of a message."""
    (section,) = wire.sections(message.content.application_properties)
    return dict(decode_whole(section.value))


def raised(condition: Condition) -> Any:
    """Expect an AmqpError with this condition."""
    return pytest.raises(AmqpError, match=condition.value)


def test_a_lock_that_has_run_out_is_lost_even_before_anybody_noticed() -> None:
    world = engine(lock_duration=timedelta(seconds=5))
    world.intake("q").accept([content()])
    message = world.queue("q").take(peek_lock=True)
    assert message is not None
    assert message.lock is not None
    world.clock.now += 5_000
    with raised(Condition.MESSAGE_LOCK_LOST):
        world.queue("q").complete(message.lock.token)


def test_after_the_last_delivery_a_message_says_why_it_is_dead() -> None:
    world = engine(max_delivery_count=1)
    world.intake("q").accept([content()])
    message = world.queue("q").take(peek_lock=True)
    assert message is not None
    assert message.lock is not None
    world.queue("q").abandon(message.lock.token, {"note": put.encode(7)})
    (dead,) = world.queue("q", dead=True).peek(0, 9)
    assert properties(dead)["DeadLetterReason"] == "MaxDeliveryCountExceeded"
    assert "Delivered 1 times" in properties(dead)["DeadLetterErrorDescription"]
    assert properties(dead)["note"] == 7


def test_a_message_that_kills_every_process_ends_as_a_dead_letter() -> None:
    world = engine(max_delivery_count=3)
    world.intake("q").accept([content("poison")])
    for _ in range(3):
        assert world.queue("q").take(peek_lock=True) is not None
        world.restart()
    assert world.queue("q").take(peek_lock=True) is None
    assert world.texts("q", dead=True) == ["poison"]


def test_an_abandoned_message_comes_before_later_ones() -> None:
    world = engine()
    world.intake("q").accept([content("1"), content("2")])
    first = world.queue("q").take(peek_lock=True)
    assert first is not None
    assert first.lock is not None
    world.queue("q").abandon(first.lock.token)
    assert world.texts("q") == ["1", "2"]
    assert Engine.text(world.queue("q").take(peek_lock=True)) == "1"


def test_the_shortest_time_to_live_counts() -> None:
    topic = Topic(
        "t",
        IntakeSettings(time_to_live=timedelta(seconds=50)),
        (
            Subscription("short", DeliverySettings(time_to_live=timedelta(seconds=10))),
            Subscription("long", DeliverySettings(time_to_live=timedelta(seconds=90))),
        ),
    )
    world = Engine(Entities(topics=(topic,)))
    world.intake("t").accept([content(ttl_ms=70_000), content(ttl_ms=1_000)])
    start = world.clock.now
    for path, lives in (("t/subscriptions/short", [10_000, 1_000]), ("t/subscriptions/long", [50_000, 1_000])):
        assert [message.expires_ms for message in world.queue(path).peek(0, 9)] == [start + life for life in lives]


def test_a_scheduled_message_lives_from_when_it_is_due() -> None:
    world = engine()
    world.intake("q").accept([content(ttl_ms=1_000, scheduled_ms=world.clock.business_ms() + 60_000)])
    world.clock.now += 60_000
    world.namespace.advance()
    assert [message.expires_ms for message in world.queue("q").peek(0, 9)] == [world.clock.now + 1_000]


def test_scheduled_messages_become_active_by_business_time_in_the_order_in_which_they_are_due() -> None:
    world = engine()
    due = world.clock.business_ms()
    numbers = world.intake("q").schedule(
        [content("late", scheduled_ms=due + 20), content("soon", scheduled_ms=due + 10)]
    )
    assert numbers == [1, 2]
    world.clock.offset_ms += 20
    world.namespace.advance()
    assert [(Engine.text(each), each.sequence) for each in world.queue("q").peek(0, 9)] == [("soon", 3), ("late", 4)]
    with raised(Condition.MESSAGE_NOT_FOUND):
        world.intake("q").cancel([1])


def test_cancelling_is_all_or_nothing_and_scheduling_needs_a_time() -> None:
    world = engine()
    (number,) = world.intake("q").schedule([content(scheduled_ms=world.clock.business_ms() + 1)])
    with raised(Condition.MESSAGE_NOT_FOUND):
        world.intake("q").cancel([number, number + 1])
    assert list(world.intake("q").scheduled) == [number]
    world.intake("q").cancel([number, number])
    assert not world.intake("q").scheduled
    with raised(Condition.ARGUMENT_ERROR):
        world.intake("q").schedule([content(scheduled_ms=1), content()])


def test_a_topic_schedules_once_and_copies_when_due() -> None:
    world = Engine(Entities(topics=(Topic("T", subscriptions=(Subscription("A"), Subscription("b"))),)))
    world.intake("t").schedule([content("x", scheduled_ms=world.clock.business_ms() + 5)])
    world.restart()
    assert world.texts("t/subscriptions/a") == []
    world.clock.offset_ms += 5
    world.namespace.advance()
    world.restart()
    assert world.texts("T/Subscriptions/A") == world.texts("t/subscriptions/b") == ["x"]
    assert [each.sequence for each in world.queue("t/subscriptions/a").peek(0, 9)] == [1]


def test_a_topic_without_subscriptions_drops_what_it_takes() -> None:
    world = Engine(Entities(topics=(Topic("t"),)))
    world.intake("t").accept([content()])
    assert not world.journal.recovered().messages


def test_a_full_entity_takes_nothing_of_a_batch() -> None:
    world = Engine(Entities(queues=(Queue("q", IntakeSettings(max_bytes=10)),)))
    with raised(Condition.RESOURCE_LIMIT_EXCEEDED):
        world.intake("q").accept([content("123456"), content("12345")])
    assert world.texts("q") == []
    world.intake("q").accept([content("1234567890")])
    with raised(Condition.RESOURCE_LIMIT_EXCEEDED):
        world.intake("q").schedule([content("1", scheduled_ms=2**60)])


def test_deliveries_whose_lock_has_run_out_are_forgotten_when_there_are_many() -> None:
    world = engine(lock_duration=timedelta(seconds=1), max_delivery_count=1_000)
    world.intake("q").accept([content()])
    sent: list[object] = []
    deliveries = Deliveries(1_000, 10, lambda body, _: sent.append(body))
    for _ in range(100):
        message = world.queue("q").take(peek_lock=True)
        assert message is not None
        assert message.lock is not None
        deliveries.send(0, b"x", b"t", settled=False, lock=(world.queue("q"), message.lock), max_frame=512)
        assert len(deliveries._unsettled) <= 11
        world.clock.now += 1_000
        world.namespace.advance()
    deliveries.settle(Disposition(True, 1, 100, False, put.described(0x24, put.EMPTY_LIST)))
    assert all(isinstance(body, Disposition) for body in sent[100:])
    assert len(sent) > 100


def test_a_message_id_that_is_too_long_is_refused() -> None:
    with raised(Condition.ARGUMENT_ERROR):
        engine().intake("q").accept([content(message_id="x" * 129)])


def test_sequence_numbers_are_never_used_twice() -> None:
    world = engine()
    world.intake("q").accept([content()])
    world.queue("q").take(peek_lock=False)
    world.restart()
    world.intake("q").accept([content()])
    assert [message.sequence for message in world.queue("q").peek(0, 9)] == [2]


def test_messages_of_an_entity_that_was_removed_are_kept_and_counted() -> None:
    world = engine()
    world.intake("q").accept([content("kept")])
    world.restart(Entities(queues=(Queue("other"),)))
    assert world.namespace.orphans == {"q": 1}
    world.restart(Entities(queues=(Queue("q"),)))
    assert world.texts("q") == ["kept"]


def test_the_engine_knows_how_long_it_has_nothing_to_do() -> None:
    world = engine(lock_duration=timedelta(seconds=5))
    assert world.namespace.wait_ms() is None
    world.intake("q").accept([content(), content(scheduled_ms=world.clock.business_ms() + 9_000)])
    assert world.namespace.wait_ms() == 9_000
    world.queue("q").take(peek_lock=True)
    assert world.namespace.wait_ms() == 5_000
    world.clock.offset_ms += 10_000
    assert world.namespace.wait_ms() == 0
