"""The world's clock: business and machine time stand still until they are moved, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


class WorldClock:
    """A Clock of the application and of the simulator. `advance` moves business time only, `pass_machine` both."""

    def __init__(self, start: datetime = START) -> None:
        self._business = start
        self._machine = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._business

    def machine(self) -> datetime:
        return self._machine

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, by: timedelta) -> None:
        """Move business time; it never goes back."""
        if by < timedelta(0):
            raise ValueError("business time never goes backwards")
        self._business += by

    def pass_machine(self, by: timedelta) -> None:
        """Let real time pass: both clocks move."""
        self.advance(by)
        self._machine += by
        self._monotonic += by.total_seconds()


class OneClock(WorldClock):
    """Business and machine time are the same, as in Azure: waiting for a date lets machine time pass as well."""

    def advance(self, by: timedelta) -> None:
        super().advance(by)
        self._machine += by
        self._monotonic += by.total_seconds()

    def pass_machine(self, by: timedelta) -> None:
        self.advance(by)
