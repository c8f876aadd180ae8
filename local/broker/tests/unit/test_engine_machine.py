"""The queue engine against a tiny model: locks, counts, dead letters, expiry, schedules, duplicates, restarts.

The model is a list of plain records. After every step the whole visible state of both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from local.broker.amqp import encode as put
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import Content
from local.broker.entities.model import DeliverySettings, Entities, IntakeSettings, Queue
from local.broker.tests.unit.engine import Engine
from local.broker.tests.unit.queue_model import LOCK_MS, MAX_DELIVERIES, WINDOW_MS, QueueModel, Record


@dataclass(frozen=True)
class Held:
    """A lock that was handed out once, whether it still lives or not."""

    dead: bool
    token: Any
    record: Record
    deliveries: int


class QueueMachine(RuleBasedStateMachine):
    """Random use of one queue, in the engine and in the model."""

    locks = Bundle("locks")

    @initialize(dead_letter_expired=st.booleans())
    def build(self, dead_letter_expired: bool) -> None:
        delivery = DeliverySettings(timedelta(milliseconds=LOCK_MS), MAX_DELIVERIES, None, dead_letter_expired)
        intake = IntakeSettings(duplicate_window=timedelta(milliseconds=WINDOW_MS))
        self.engine = Engine(Entities(queues=(Queue("q", intake, delivery),)))
        self.model = QueueModel(self.engine.clock, dead_letter_expired)
        self.sent = 0

    @rule(
        message_id=st.sampled_from([None, "a", "b"]),
        ttl=st.sampled_from([None, 4_000]),
        delay=st.sampled_from([None, -1_000, 3_000, 9_000]),
    )
    def send(self, message_id: str | None, ttl: int | None, delay: int | None) -> None:
        self.sent += 1
        due = None if delay is None else self.engine.clock.business_ms() + delay
        text = f"m{self.sent}"
        content = Content(ttl_ms=ttl, scheduled_ms=due, message_id=message_id, rest=text.encode())
        self.engine.intake("q").accept([content])
        self.model.send(text, message_id, ttl, due)

    @rule(target=locks, dead=st.booleans())
    def receive(self, dead: bool) -> Any:
        message = self.engine.queue("q", dead).take(peek_lock=True)
        record = self.model.first_ready(dead)
        assert self.engine.text(message) == (None if record is None else record.text)
        if record is None or message is None:
            return multiple()
        record.deliveries += 1
        record.locked_until = self.engine.clock.now + LOCK_MS
        assert message.lock is not None
        return Held(dead, message.lock.token, record, record.deliveries)

    @rule(dead=st.booleans())
    def receive_and_delete(self, dead: bool) -> None:
        message = self.engine.queue("q", dead).take(peek_lock=False)
        record = self.model.first_ready(dead)
        assert self.engine.text(message) == (None if record is None else record.text)
        if record is not None:
            self.model.records.remove(record)

    @rule(held=locks, how=st.sampled_from(["complete", "abandon", "release", "dead_letter", "renew"]))
    def settle(self, held: Held, how: str) -> None:
        queue = self.engine.queue("q", held.dead)
        allowed = self.model.condition_of_settling(held.record, held.dead, how, queue.is_locked(held.token))
        arguments = ({"DeadLetterReason": put.string("test")},) if how == "dead_letter" else ()
        failed = None
        try:
            getattr(queue, how)(held.token, *arguments)
        except AmqpError as error:
            failed = error.condition
        assert failed == allowed
        if failed is None:
            self.model.settle(held.record, how)

    @rule(milliseconds=st.sampled_from([1, 1_000, 5_000, 20_000]))
    def wait(self, milliseconds: int) -> None:
        self.engine.clock.now += milliseconds
        self.engine.namespace.advance()
        self.model.pass_time()

    @rule(milliseconds=st.sampled_from([1_000, 10_000]))
    def advance_business_time(self, milliseconds: int) -> None:
        self.engine.clock.offset_ms += milliseconds
        self.engine.namespace.advance()
        self.model.pass_time()

    @rule(offset=st.integers(0, 3))
    def cancel(self, offset: int) -> None:
        waiting = [record for record in self.model.records if record.due_ms is not None]
        found = offset < len(waiting)
        failed = None
        try:
            self.engine.intake("q").cancel([waiting[offset].sequence if found else self.model.sequence + 1])
        except AmqpError as error:
            failed = error.condition
        assert failed == (None if found else Condition.MESSAGE_NOT_FOUND)
        if found:
            self.model.records.remove(waiting[offset])

    @rule()
    def restart(self) -> None:
        """The process dies: locks are gone, everything else is as it was."""
        self.engine.restart()
        self.engine.namespace.advance()
        self.model.restart()

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        found = [
            (each.content.rest.decode(), each.sequence, each.deliveries, each.lock and each.lock.until_ms, dead, False)
            for dead in (False, True)
            for each in self.engine.queue("q", dead).peek(0, 1_000)
        ]
        scheduled = self.engine.intake("q").scheduled.values()
        found += [(each.content.rest.decode(), each.sequence, 0, None, False, True) for each in scheduled]
        assert sorted(found, key=str) == sorted(self.model.visible(), key=str)
        for dead in (False, True):
            queue = self.engine.queue("q", dead)
            assert queue.bytes == sum(each.content.size for each in queue.messages.values())


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
