"""Brings the tenant up to a moment, event by event in the order of time."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from local.simulator.journal import Effect
from local.simulator.knobs import Knobs
from local.simulator.rules.time_passing import advance, due, new_terms
from local.simulator.tenant.store import Record, Store

_MAXIMUM_EVENTS = 5_000_000


@dataclass(frozen=True, slots=True)
class Happened:
    """An effect that no request had, and when it came."""

    at: datetime
    customer_id: str
    effect: Effect


class Agenda:
    """A heap of (moment, record). An entry whose record has changed since is corrected when it comes up."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heap: list[tuple[datetime, int, type[Record], str]] = []
        self._sequence = 0
        self._happened: list[Happened] = []

    def note(self, records: Iterable[Record], knobs: Knobs) -> None:
        """Take the records' next moments into account; call it for every record that changed."""
        for record in records:
            moment = due(record, knobs)
            if moment is not None:
                self._push(moment, type(record), record.id)

    def run(self, now: datetime, knobs: Knobs) -> bool:
        """Carry out everything due at or before *now*; says whether anything changed."""
        changed = False
        for _ in range(_MAXIMUM_EVENTS):
            if not self._heap or self._heap[0][0] > now:
                return changed
            moment, _, type_, id_ = heapq.heappop(self._heap)
            record = self._store.table(type_).get(id_)
            actual = due(record, knobs) if record is not None else None
            if record is None or actual is None:
                continue
            if actual > moment:
                self._push(actual, type_, id_)
                continue
            after = advance(record, actual, knobs)
            self._happened += (Happened(actual, record.customer_id, effect) for effect in new_terms(record, after))
            for one in after:
                self._store.put(one)
            self.note(after, knobs)
            changed = True
        raise RuntimeError("the tenant did not come to rest: too many events fell due at once")

    def happened(self) -> list["Happened"]:
        """What the journal has to tell of what was carried out since the last call."""
        told, self._happened = self._happened, []
        return told

    def _push(self, moment: datetime, type_: type[Record], id_: str) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (moment, self._sequence, type_, id_))
