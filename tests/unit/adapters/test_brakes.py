"""The kill switch and the ceilings, as the processes share them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from local.world.clock import WorldClock
from local.world.store import MemoryStore
from shared.adapters.brakes import ROW, SharedBrakes
from shared.domain.brake import HOUR, RELEASED, Brake, Ceiling, Ceilings, Used, hour_of
from shared.domain.errors import BrakeHeldError, ConcurrencyConflictError, UnavailableError
from shared.ports.brakes import StoredBrake
from shared.ports.store import SharedRow
from tests.functional.people import OPERATOR

NOW = datetime(2026, 11, 25, 12, 34, tzinfo=UTC)
HELD = Brake(held=True, by=OPERATOR, why="wrong customers", at=NOW)


class Clock(WorldClock):
    """Time that only the test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.business, self.seconds = NOW, 0.0

    def now(self) -> datetime:
        return self.business

    def monotonic(self) -> float:
        return self.seconds


class Unreachable(MemoryStore):
    """A store that is gone."""

    def shared_row(self, name: str) -> SharedRow | None:
        raise UnavailableError("gone", service="store")


def brakes(store: MemoryStore, clock: Clock | None = None, **ceilings: int) -> SharedBrakes:
    return SharedBrakes(store, clock or Clock(), Ceilings(**ceilings))


def test_a_switch_that_nobody_moved_is_released() -> None:
    assert brakes(MemoryStore()).read() == StoredBrake(RELEASED, None)
    brakes(MemoryStore()).require_released()


def test_what_one_process_holds_every_other_sees_within_a_second() -> None:
    store, clock = MemoryStore(), Clock()
    ours, other = brakes(store, clock), brakes(store)
    ours.require_released()
    other.move(HELD, None)
    clock.seconds = 0.999
    ours.require_released()
    clock.seconds = 1.0
    with pytest.raises(BrakeHeldError, match=r"held by Ms\. Operator: wrong customers; nothing is written"):
        ours.require_released()
    stored = ours.read()
    assert stored.brake == HELD
    other.move(Brake(by=OPERATOR, why="looked at", at=NOW), stored.etag)
    ours.require_released()


def test_whoever_holds_it_is_stopped_at_once() -> None:
    ours = brakes(MemoryStore())
    ours.require_released()
    ours.move(HELD, None)
    with pytest.raises(BrakeHeldError):
        ours.require_released()


def test_two_who_move_it_at_once_do_not_overwrite_each_other() -> None:
    ours = brakes(MemoryStore())
    first = ours.move(HELD, None)
    with pytest.raises(ConcurrencyConflictError):
        ours.move(RELEASED, None)
    ours.move(RELEASED, first.etag)
    with pytest.raises(ConcurrencyConflictError):
        ours.move(HELD, first.etag)


def test_without_the_store_nothing_is_written() -> None:
    with pytest.raises(UnavailableError):
        brakes(Unreachable()).require_released()
    with pytest.raises(UnavailableError):
        brakes(Unreachable(), removals=1).take(Ceiling.REMOVALS, 1)


def test_a_switch_that_cannot_be_read_is_held() -> None:
    store = MemoryStore()
    store.put_shared_row(ROW, "{", None)
    with pytest.raises(BrakeHeldError, match="cannot be read; set it anew"):
        brakes(store).require_released()
    brakes(store).move(RELEASED, brakes(store).read().etag)
    brakes(store).require_released()


def test_an_hour_gives_what_its_ceiling_allows() -> None:
    store, clock = MemoryStore(), Clock()
    ours, other = brakes(store, clock, removals=3), brakes(store, Clock(), removals=3)
    assert [ours.take(Ceiling.REMOVALS, 2), other.take(Ceiling.REMOVALS, 2), ours.take(Ceiling.REMOVALS, 1)] == [
        2,
        1,
        0,
    ]
    assert ours.take(Ceiling.IRREVERSIBLE_WRITES, 500) == 500, "no ceiling of its own"
    clock.business = hour_of(NOW) + HOUR - timedelta(microseconds=1)
    assert ours.take(Ceiling.REMOVALS, 1) == 0
    clock.business = hour_of(NOW) + HOUR
    assert ours.take(Ceiling.REMOVALS, 9) == 3
    assert other.take(Ceiling.REMOVALS, 1) == 0, "a clock that is behind starts no new hour"


@pytest.mark.parametrize("wanted", [0, -1])
def test_who_wants_nothing_uses_nothing(wanted: int) -> None:
    store = MemoryStore()
    assert brakes(store, removals=1).take(Ceiling.REMOVALS, wanted) == 0
    assert brakes(store, removals=1).take(Ceiling.REMOVALS, 1) == 1


def test_a_count_that_cannot_be_read_begins_anew() -> None:
    store = MemoryStore()
    store.put_shared_row("ceiling-removals", "nonsense", None)
    assert brakes(store, removals=2).take(Ceiling.REMOVALS, 3) == 2


def test_many_at_once_get_no_more_than_there_is() -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(max_workers=4) as pool:
        taken = list(
            pool.map(lambda _: brakes(store, irreversible_writes=10).take(Ceiling.IRREVERSIBLE_WRITES, 1), range(16))
        )
    assert sum(taken) == 10


class Busy(MemoryStore):
    """A row that somebody else changes before every write."""

    def put_shared_row(self, name: str, text: str, etag: str | None) -> SharedRow:
        raise ConcurrencyConflictError("changed")


def test_a_count_that_others_keep_changing_is_given_up() -> None:
    with pytest.raises(UnavailableError, match="changes too quickly"):
        brakes(Busy(), removals=1).take(Ceiling.REMOVALS, 1)


def test_the_hour_of_a_moment() -> None:
    assert hour_of(NOW) == datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert Used(hour_of(NOW), 5).in_hour(hour_of(NOW) + HOUR) == 0
    assert Used(hour_of(NOW), 5).in_hour(hour_of(NOW)) == 5
