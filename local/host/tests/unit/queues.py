"""A broker queue in memory behind the receiver port, with links that can be cut."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition

from local.host.service_bus.receiver import LinkDownError, LockLostError


@dataclass(eq=False)
class QueueMessage:
    """A message with its lock."""

    message_id: str
    locked_until_utc: datetime | None = None
    deliveries: int = 0


@dataclass
class QueueInMemory:
    """The receiver port over a list. `lock` is how long a lock lives; expired ones come back at the next receive."""

    lock: timedelta = timedelta(seconds=30)
    ready: deque[QueueMessage] = field(default_factory=deque)
    locked: list[QueueMessage] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    down: bool = False
    closed: bool = False
    changed: Condition = field(default_factory=Condition)

    def put(self, *message_ids: str) -> None:
        """Sends messages."""
        with self.changed:
            self.ready.extend(QueueMessage(message_id) for message_id in message_ids)
            self.changed.notify_all()

    def cut(self, down: bool) -> None:
        """Takes the broker away, or brings it back."""
        with self.changed:
            self.down = down
            self.changed.notify_all()

    def attach(self) -> None:
        self._check()
        self._note("attach")

    def receive(self, max_wait: float) -> QueueMessage | None:
        with self.changed:
            self.changed.wait_for(lambda: self.ready or self.down, timeout=max_wait)
            self._check()
            if not self.ready:
                return None
            message = self.ready.popleft()
            message.locked_until_utc = datetime.now(UTC) + self.lock
            message.deliveries += 1
            self.locked.append(message)
            return message

    def complete(self, message: QueueMessage) -> None:
        self._settle("complete", message)

    def abandon(self, message: QueueMessage) -> None:
        self._settle("abandon", message)
        self.ready.append(message)

    def renew(self, message: QueueMessage) -> datetime:
        self._check()
        self._check_lock(message)
        self._note(f"renew {message.message_id}")
        message.locked_until_utc = datetime.now(UTC) + self.lock
        return message.locked_until_utc

    def close(self) -> None:
        self.closed = True

    def lose_lock(self, message: QueueMessage) -> None:
        """Ends a lock as the broker does when it expires."""
        self.locked.remove(message)

    def _settle(self, how: str, message: QueueMessage) -> None:
        self._check()
        self._check_lock(message)
        self.locked.remove(message)
        self._note(f"{how} {message.message_id}")

    def _note(self, text: str) -> None:
        with self.changed:
            self.log.append(text)
            self.changed.notify_all()

    def _check(self) -> None:
        if self.down:
            raise LinkDownError("cut")

    def _check_lock(self, message: QueueMessage) -> None:
        if message not in self.locked:
            raise LockLostError("expired")
