"""The kill switch and the ceilings: what stops every write, whoever asked for it (I15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.offboarding.once import Once
from shared.domain.people.actor import Actor

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Brake:
    """The kill switch. `held`: nothing is written to any customer. `at` (aware UTC, business time), `by` and `why` say
    who moved it last; all three are empty before anybody did. `done_once`: the newest calls with an Idempotency-Key."""

    held: bool = False
    by: Actor | None = None
    why: str = ""
    at: datetime | None = None
    done_once: tuple[Once, ...] = ()

    def says_as(self, other: Brake) -> bool:
        """The same person put it the same way for the same reason."""
        same = self.by is not None and other.by is not None and self.by.same(other.by)
        return same and (self.held, self.why) == (other.held, other.why)


RELEASED = Brake()


class Ceiling(StrEnum):
    """What is counted, each hour, over all customers together."""

    REMOVALS = "removals"
    IRREVERSIBLE_WRITES = "irreversible_writes"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How many of each an hour may have; None: no ceiling."""

    removals: int | None = None
    irreversible_writes: int | None = None

    def of(self, ceiling: Ceiling) -> int | None:
        """The limit of one hour."""
        return self.removals if ceiling is Ceiling.REMOVALS else self.irreversible_writes


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a ceiling the hour that began at `hour` (aware UTC) has used."""

    hour: datetime
    count: int

    def in_hour(self, hour: datetime) -> int:
        """What that hour has used. A later one is not emptied by a process whose clock is behind."""
        return self.count if self.hour >= hour else 0


def hour_of(now: datetime) -> datetime:
    """The beginning of the hour of `now`."""
    return now.replace(minute=0, second=0, microsecond=0)
