"""Things that are due at some time, cheaply asked for the next one."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

Key = TypeVar("Key", int, str)


class Deadlines(Generic[Key]):
    """A deadline for each key. A key's new deadline replaces its old one.

    Replaced entries stay in the heap until they surface or outnumber the live ones, so memory stays proportional to
    the number of keys although locks are set and cleared all the time.
    """

    def __init__(self) -> None:
        self._due: dict[Key, int] = {}
        self._heap: list[tuple[int, Key]] = []

    def set(self, key: Key, at_ms: int) -> None:
        """Set or move the deadline of a key."""
        self._due[key] = at_ms
        heapq.heappush(self._heap, (at_ms, key))
        if len(self._heap) > 2 * len(self._due) + 64:
            self._heap = [(at, each) for each, at in self._due.items()]
            heapq.heapify(self._heap)

    def clear(self, key: Key) -> None:
        """Forget a key; one that is not there is fine."""
        self._due.pop(key, None)

    def next_ms(self) -> int | None:
        """The earliest deadline, None if there is none."""
        while self._heap:
            at, key = self._heap[0]
            if self._due.get(key) == at:
                return at
            heapq.heappop(self._heap)
        return None

    def take_due(self, now_ms: int) -> list[Key]:
        """Remove and return the keys whose deadline is not later than `now_ms`, earliest first, then by key."""
        taken = []
        while (at := self.next_ms()) is not None and at <= now_ms:
            key = heapq.heappop(self._heap)[1]
            del self._due[key]
            taken.append(key)
        return taken
