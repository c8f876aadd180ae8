"""What the pipeline does to a store, as operations that can be begun, cut off anywhere, and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Claim, Offboarding
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, Live, LiveElsewhere, OffboardingStore
from tests.contract.store.samples import (
    CUSTOMER,
    NOW,
    entry,
    finished,
    guid,
    identified,
    message,
    offboarding,
    record,
    stored,
)  # fmt: skip

IDENTITY = guid("one")
DONE = TimelineEntry(77, NOW, entry(1).actor, None, "done")
OWED = message("owed", b"\x00" * 70_000)


@dataclass(frozen=True, slots=True)
class Operation:
    """`prepare` makes what is there before; `change` the head that is wanted, given the one that is stored."""

    name: str
    prepare: Callable[[OffboardingStore], object]
    change: Callable[[Offboarding | None], Offboarding]
    live: Live = Live.KEEP
    holdings: int = 2

    def run(self, store: OffboardingStore) -> None:
        """What a handler does: load, decide, store; a conflict means that it is loaded again."""
        for _ in range(3):
            found = store.load(IDENTITY)
            head = self.change(found.offboarding if found else None)
            if found is not None and found.offboarding == head:
                return
            records = tuple(record(number) for number in range(self.holdings))
            change = Change(head, found.etag if found else None, records, (DONE,), (OWED,), self.live)
            try:
                assert not isinstance(store.commit(change), LiveElsewhere)
            except ConcurrencyConflictError:
                continue
            return
        raise AssertionError("never got through")


def nothing(store: OffboardingStore) -> None:
    store.ping()


def by_tenant_id(store: OffboardingStore) -> None:
    stored(store, offboarding(), Live.TAKE)


def by_domain(store: OffboardingStore) -> None:
    stored(store, offboarding(customer=None))


def by_domain_and_live(store: OffboardingStore) -> None:
    by_domain(store)
    found = store.load(IDENTITY)
    assert found is not None
    store.commit(Change(identified(found.offboarding), found.etag, live=Live.TAKE))


def beside_a_finished_one(store: OffboardingStore) -> None:
    before = stored(store, offboarding("before"), Live.TAKE)
    store.commit(Change(finished(before.offboarding), before.etag))


def waiting(head: Offboarding | None) -> Offboarding:
    return replace(head or offboarding(), status=Status.WAITING, next_attempt_at=NOW - timedelta(days=3))


def claimed(head: Offboarding | None) -> Offboarding:
    return replace(head or offboarding(), claim=Claim("me", NOW + timedelta(minutes=15)))


def removed(head: Offboarding | None) -> Offboarding:
    return finished(head or offboarding())


def told(head: Offboarding | None) -> Offboarding:
    return replace(identified(head or offboarding(customer=None), CUSTOMER), status=Status.PLANNING)


OPERATIONS = [
    Operation("create, taking the marker", nothing, lambda _: offboarding(), Live.TAKE),
    Operation("create, taking a left marker", beside_a_finished_one, lambda _: offboarding(), Live.TAKE),
    Operation("create by domain", nothing, lambda _: offboarding(customer=None)),
    Operation("take the claim", by_tenant_id, claimed),
    Operation("wait", by_tenant_id, waiting),
    Operation("identify, taking the marker", by_domain, told, Live.TAKE),
    Operation("finish", by_tenant_id, removed, Live.RELEASE),
    Operation("finish by domain", by_domain_and_live, removed, Live.RELEASE),
    Operation("store a large inventory", by_tenant_id, claimed, holdings=250),
]
