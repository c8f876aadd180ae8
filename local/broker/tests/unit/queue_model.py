"""The model of one queue: plain records and the rules in their shortest form."""

from __future__ import annotations

from dataclasses import dataclass

from local.broker.amqp.errors import Condition
from local.broker.tests.unit.clocks import ManualClock

LOCK_MS, WINDOW_MS, MAX_DELIVERIES = 5_000, 20_000, 3


@dataclass(eq=False)
class Record:
    """One message, known by the text in it. While it is scheduled `expires_ms` is a span, later a time."""

    text: str
    sequence: int
    expires_ms: int | None
    due_ms: int | None = None
    deliveries: int = 0
    locked_until: int | None = None
    dead: bool = False


class QueueModel:
    """What should be in the queue."""

    def __init__(self, clock: ManualClock, dead_letter_expired: bool) -> None:
        self.records: list[Record] = []
        self.sequence = 0
        self._clock = clock
        self._dead_letter_expired = dead_letter_expired
        self._seen: dict[str, int] = {}

    def send(self, text: str, message_id: str | None, ttl: int | None, due: int | None) -> None:
        """A message is accepted; a duplicate leaves no trace."""
        self._seen = {each: at for each, at in self._seen.items() if at > self._clock.now - WINDOW_MS}
        if message_id is not None and message_id in self._seen:
            return
        if message_id is not None:
            self._seen[message_id] = self._clock.now
        self.sequence += 1
        if due is not None and due > self._clock.business_ms():
            self.records.append(Record(text, self.sequence, ttl, due))
        else:
            self.records.append(Record(text, self.sequence, None if ttl is None else self._clock.now + ttl))

    def first_ready(self, dead: bool) -> Record | None:
        """What a receiver would get."""
        ready = [each for each in self.records if each.dead == dead and each.due_ms is None and not each.locked_until]
        return min(ready, key=lambda record: record.sequence, default=None)

    def condition_of_settling(self, record: Record, dead: bool, how: str, token_lives: bool) -> Condition | None:
        """What must become of an attempt to settle; None is success."""
        locked = record in self.records and record.dead == dead and record.locked_until is not None
        if not token_lives or not locked:
            return Condition.MESSAGE_LOCK_LOST
        return Condition.NOT_ALLOWED if dead and how == "dead_letter" else None

    def settle(self, record: Record, how: str) -> None:
        """A message under a lock is settled."""
        if how == "complete":
            self.records.remove(record)
        elif how == "renew":
            record.locked_until = self._clock.now + LOCK_MS
        elif how == "dead_letter":
            record.locked_until, record.dead, record.expires_ms = None, True, None
        else:
            record.deliveries -= how == "release"
            self._unlock(record)

    def pass_time(self) -> None:
        """Everything that is due happens."""
        business = self._clock.business_ms()
        due = [each for each in self.records if each.due_ms is not None and each.due_ms <= business]
        for record in sorted(due, key=lambda each: (each.due_ms, each.sequence)):
            self.sequence += 1
            record.sequence, record.due_ms = self.sequence, None
            record.expires_ms = None if record.expires_ms is None else self._clock.now + record.expires_ms
        for record in list(self.records):
            if record.locked_until is not None and record.locked_until <= self._clock.now:
                self._unlock(record)
            elif record.locked_until is None and record.due_ms is None:
                self._expire(record)

    def restart(self) -> None:
        """All locks are gone, the counts stay."""
        for record in list(self.records):
            if record.locked_until is not None:
                self._unlock(record)

    def visible(self) -> list[tuple[str, int, int, int | None, bool, bool]]:
        """Text, sequence, deliveries, end of the lock, dead, scheduled."""
        return [
            (each.text, each.sequence, each.deliveries, each.locked_until, each.dead, each.due_ms is not None)
            for each in self.records
        ]

    def _unlock(self, record: Record) -> None:
        record.locked_until = None
        if not record.dead and record.deliveries >= MAX_DELIVERIES:
            record.dead, record.expires_ms = True, None
        self._expire(record)

    def _expire(self, record: Record) -> None:
        if record.expires_ms is None or record.expires_ms > self._clock.now:
            return
        record.dead, record.expires_ms = True, None
        if not self._dead_letter_expired:
            self.records.remove(record)
