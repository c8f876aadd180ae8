"""What the checks look at, and what one check found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.composition.connections import Connections
from shared.composition.settings import Settings
from shared.domain.advice import Problem
from shared.ports.sign_in import Claims
from shared.ports.store import OffboardingStore


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: a good word, warnings, or problems. `skipped` says which one has to be fixed first."""

    check: str
    good: str = ""
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    warnings: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it works; a warning is for a person to decide on, a skipped check is no problem of its own."""
        return not self.problems


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Probe:
    """The parts of the application. `machine` is this machine's clock, aware UTC; `queues` opens every entity and
    returns the names of those that cannot be reached with the reason, `count_letters` how many dead letters each queue
    has. `now`: business time. `began`: when the running app's process did (machine time). `outside`: a command on a
    desk looks, not the running app. `claims` and `date` are what checks saw, `told` what they tell programs beside
    their findings.
    """

    settings: Settings
    connections: Connections
    store: OffboardingStore
    machine: Callable[[], datetime]
    queues: Callable[[], dict[str, str]]
    count_letters: Callable[[], Mapping[str, int]] = dict
    now: Callable[[], datetime] = _now
    began: datetime | None = None
    outside: bool = False
    claims: Claims | None = None
    date: str = ""
    told: dict[str, object] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
