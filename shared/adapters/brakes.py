"""SharedBrakes: the kill switch and the ceilings, kept in the store, so that they hold for every process."""

from __future__ import annotations

import threading

from pydantic import TypeAdapter

from shared.domain.brake import RELEASED, Brake, Ceiling, Ceilings, Used, hour_of
from shared.domain.errors import BrakeHeldError, ConcurrencyConflictError, UnavailableError
from shared.ports.brakes import StoredBrake
from shared.ports.clock import Clock
from shared.ports.store import OffboardingStore

ROW = "brake"
FRESH_FOR = 1.0
"""Seconds for which a kill switch that was found released counts as released."""
TRIES = 20
_BRAKE = TypeAdapter(Brake)
_USED = TypeAdapter(Used)


class SharedBrakes:
    """The Brakes port over the shared rows of a store. Thread-safe."""

    def __init__(self, store: OffboardingStore, clock: Clock, ceilings: Ceilings) -> None:
        self._store, self._clock, self._ceilings = store, clock, ceilings
        self._lock = threading.Lock()
        self._released_at: float | None = None

    def read(self) -> StoredBrake:
        row = self._store.shared_row(ROW)
        if row is None:
            return StoredBrake(RELEASED, None)
        try:
            return StoredBrake(_BRAKE.validate_json(row.text), row.etag)
        except ValueError:
            # What cannot be read must not let anything through (I8).
            unread = Brake(held=True, why="the kill switch in the store cannot be read; set it anew")
            return StoredBrake(unread, row.etag)

    def move(self, brake: Brake, etag: str | None) -> StoredBrake:
        with self._lock:
            self._released_at = None
        return StoredBrake(brake, self._store.put_shared_row(ROW, _BRAKE.dump_json(brake).decode(), etag).etag)

    def require_released(self) -> None:
        with self._lock:
            began = self._clock.monotonic()
            if self._released_at is not None and 0 <= began - self._released_at < FRESH_FOR:
                return
            self._released_at = None
            brake = self.read().brake
            if brake.held:
                raise BrakeHeldError(brake.by.name if brake.by else "", brake.why)
            self._released_at = began

    def take(self, ceiling: Ceiling, wanted: int) -> int:
        limit = self._ceilings.of(ceiling)
        if limit is None or wanted <= 0:
            return max(wanted, 0)
        for _ in range(TRIES):
            hour = hour_of(self._clock.now())
            row = self._store.shared_row(f"ceiling-{ceiling.value}")
            before = _used(row.text) if row is not None else None
            used = before.in_hour(hour) if before is not None else 0
            granted = max(0, min(wanted, limit - used))
            if not granted:
                return 0
            after = Used(max(hour, before.hour) if before is not None else hour, used + granted)
            try:
                text = _USED.dump_json(after).decode()
                self._store.put_shared_row(f"ceiling-{ceiling.value}", text, row.etag if row is not None else None)
            except ConcurrencyConflictError:
                continue
            return granted
        raise UnavailableError(f"the count of {ceiling.value} changes too quickly to be stored", service="store")


def _used(text: str) -> Used | None:
    """None for what cannot be read: the hour is counted anew."""
    try:
        return _USED.validate_json(text)
    except ValueError:
        return None
