"""A wait of three years costs a look a week: between two looks nothing is executed for it. Counted, not timed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from local.simulator.scenario import builder as b
from local.world.world import PACE, World
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.wake_ups import wake_up_message
from shared.upkeep.sweep import sweep
from tests.functional.checks import check_invariants

CUSTOMER = b.customer("Patient", b.nce(name="Three years", started="-P8D", term="P3Y"))
TERM = timedelta(days=3 * 365 - 8)
BETWEEN = PACE.longest_wait
"""Longer waits than five minutes are only a date, at which the sweeper starts them."""
LOOK = Counter({"sweep": 1, "sent": 1, "cleared": 1, "handler": 1, "commit": 5, "GET": 5})
"""Commits: the sweeper's, the claim, the inventory, the verdict, the transition. Reads: the customer's five lists."""
A_YEAR = 52


class CountingWorld(World):
    """Counts everything that is executed, by the moment at which it is."""

    def __init__(self) -> None:
        self.done: dict[datetime, Counter[str]] = {}
        self._counted = 0
        super().__init__(CUSTOMER)

    def deliver(self, message: OutboundMessage) -> None:
        self._count("handler")
        super().deliver(message)

    def sweep(self) -> None:
        self._count("sweep")
        super().sweep()

    def step(self, ends: datetime) -> bool:
        went = super().step(ends)
        for name in self.crash.passed[self._counted :]:
            if name.startswith("before "):
                self._count(_what(name))
        self._counted = len(self.crash.passed)
        return went

    def _count(self, what: str) -> None:
        self.done.setdefault(self.clock.now(), Counter())[what] += 1


def _what(point: str) -> str:
    """Which kind of call, write or message a point stands before."""
    word = point.split()[1]
    return {"send": "sent", "clear": "cleared"}.get(word, word)


def waiting() -> tuple[CountingWorld, str, datetime]:
    """One that has set the licence to end with its term and waits, with the moment since when."""
    world = CountingWorld()
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=1))
    head = world.offboarding(request)
    assert (head.status, head.stage) == (Status.WAITING, Stage.VERIFY)
    return world, request, world.clock.now()


@pytest.mark.long
def test_three_years_are_a_look_a_week_and_nothing_else() -> None:
    world, request, since = waiting()
    ends = world.offboarding(request).paid_until
    assert ends is not None
    assert TERM - timedelta(days=2) < ends - since < TERM + timedelta(days=2)
    events = len(world.events(request))
    world.run(for_at_most=ends - since - timedelta(seconds=1), steps=20_000)

    looks = [at for at in world.done if at > since]
    assert {after - before for before, after in zip([since, *looks], looks, strict=False)} == {BETWEEN}
    assert len(looks) == (ends - since) // BETWEEN >= 3 * A_YEAR - 2
    assert [world.done[at] for at in looks] == [LOOK] * len(looks)
    assert world.offboarding(request).status is Status.WAITING
    assert len(world.events(request)) == events, "nobody is told the same again"

    world.run()
    head = world.offboarding(request)
    assert head.status is Status.REMOVED
    assert head.removal is not None
    assert head.removal.intended_at > ends
    check_invariants(world)


def test_between_two_looks_neither_the_sweeper_nor_a_message_does_anything() -> None:
    world, request, _ = waiting()
    head, before = world.offboarding(request), (len(world.crash.passed), len(world.journal()))
    stored = world.store.load(head.id)
    late = wake_up_message(head, Stage.VERIFY, world.clock.now(), None)
    for _ in range(PACE.longest_wait // timedelta(hours=1)):
        assert sweep(world.services) == 0
        world.deliver(late)
        world.clock.pass_machine(timedelta(hours=1))
    assert (len(world.crash.passed), len(world.journal())) == before
    assert world.store.load(head.id) == stored
