"""Duplicate detection: message ids that an entity has taken within its window.

https://learn.microsoft.com/azure/service-bus-messaging/duplicate-detection: the id counts alone, scheduled messages
count, and a message that is completed counts until the window has passed. A duplicate does not renew the window.
"""

from __future__ import annotations

from local.broker.engine.message import Journal


class DuplicateHistory:
    """Ids in the order in which they were seen, machine time."""

    def __init__(self, entity: str, window_ms: int, journal: Journal) -> None:
        self._entity = entity
        self._window_ms = window_ms
        self._journal = journal
        self._seen: dict[str, int] = {}

    def restore(self, message_id: str, at_ms: int) -> None:
        """Take back an id that the journal knows already; must be called in the order of time."""
        self._seen[message_id] = at_ms

    def is_duplicate(self, message_id: str, now_ms: int) -> bool:
        """Whether the id was seen within the window; if not, it is seen now."""
        self.purge(now_ms)
        if message_id in self._seen:
            return True
        self._seen[message_id] = now_ms
        self._journal.seen(self._entity, message_id, now_ms)
        return False

    def purge(self, now_ms: int) -> None:
        """Forget the ids whose window has passed."""
        until, passed = now_ms - self._window_ms, []
        for message_id, at_ms in self._seen.items():
            if at_ms > until:
                break
            passed.append(message_id)
        for message_id in passed:
            del self._seen[message_id]
        if passed:
            self._journal.forget(self._entity, until)
