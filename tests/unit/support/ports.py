"""One offboarding over ports that answer what a test says and record what they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from local.world.clock import WorldClock
from local.world.store import MemoryStore
from shared.adapters.brakes import SharedBrakes
from shared.domain.brake import Ceilings
from shared.domain.holdings.ledger import ActionRecord, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Collection, CustomerProfile, WriteAnswer
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Stage, Status
from shared.domain.pace import Pace
from shared.domain.policy import Commitments, Mode, Partner, Policy
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.store import Change, LiveElsewhere, Stored

OURS, CUSTOMER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
PROFILE = CustomerProfile(CUSTOMER, "Contoso", "contoso.example", "reseller")
DONE = WriteAnswer(200, detail="done")
WRITES = frozenset(
    {
        "set_subscription_status",
        "end_at_term",
        "reduce_seats",
        "cancel_azure_subscription",
        "cancel_order_line",
        "return_reservation",
        "stop_renewal",
        "put_back",
        "reactivate_azure_subscription",
        "restore_renewal",
    }
)


@dataclass
class Port:
    """Partner Center and Azure in one: `answers` by method, a value, an error, or a function of the arguments."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append((name, *arguments, *named.values()))
            answer = self.answers.get(name, DONE if name in WRITES else Collection(()))
            answer = answer(*arguments) if callable(answer) else answer
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return call

    @property
    def writes(self) -> list[tuple[Any, ...]]:
        return [item for item in self.calls if item[0] in WRITES]


class Notebook(MemoryStore):
    """A store that keeps every change as it was handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[Change] = []

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        self.changes.append(change)
        return super().commit(change)


@dataclass
class Desk:
    """A session of one offboarding with these records, and everything around it."""

    port: Port
    clock: WorldClock
    store: Notebook
    services: Services
    session: Session

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def stored(self, key: str) -> HoldingRecord:
        """The record of a holding as the store has it."""
        return self.store.holdings("o-1")[key]

    def last(self, key: str) -> ActionRecord:
        """The newest stored action on a holding."""
        found = self.stored(key).last
        assert found is not None
        return found

    @property
    def timeline(self) -> list[TimelineEntry]:
        return list(self.store.timeline("o-1"))

    @property
    def whats(self) -> list[str]:
        return [item.what for item in self.timeline]


def desk(
    *records: HoldingRecord,
    answers: dict[str, Any] | None = None,
    pace: Pace | None = None,
    policy: Policy | None = None,
    mode: Mode = Mode.LIVE,
    partner: Partner | None = None,
    customer_id: str | None = CUSTOMER,
    **request: Any,
) -> Desk:
    """A claimed offboarding in stage cancel, at the world's start."""
    port, clock, store = Port({"get_customer": PROFILE, **(answers or {})}), WorldClock(), Notebook()
    nothing = cast("Any", None)
    services = Services(
        partner_center=cast("Any", port),
        reservations=cast("Any", port),
        delegated_admin=nothing,
        sign_in=nothing,
        store=store,
        bus=nothing,
        clock=clock,
        throttles=nothing,
        brakes=SharedBrakes(store, clock, Ceilings()),
        partner=partner or Partner(OURS),
        policy=policy or Policy(),
        pace=pace or Pace(parallel=1),
        mode=mode,
    )
    asked = OffboardingRequest("r", customer_id, "d", None, "x", "y", False, None, Commitments.WAIT, "r", "f")
    customer = Customer(customer_id, "Contoso", "contoso.example") if customer_id else None
    head = Offboarding("o-1", replace(asked, **request), Status.RUNNING, Stage.CANCEL, clock.now(), clock.now())
    stored = store.commit(Change(replace(head, customer=customer), None, holdings=tuple(records)))
    assert isinstance(stored, Stored)
    store.changes.clear()
    return Desk(port, clock, store, services, Session(stored, services))


def known(item: Holding, *actions: ActionRecord, **fields: Any) -> HoldingRecord:
    """A record of a holding, first seen when the world starts."""
    start = WorldClock().now()
    return HoldingRecord(item, start, start, actions=actions, **fields)


def thing(kind: HoldingKind = HoldingKind.LEGACY_LICENCE, name: str = "a", **fields: Any) -> Holding:
    """A live holding called `name`."""
    plain = {"key": f"subscription:{name}", "id": name, "status": HoldingStatus.ACTIVE, "image": f"image {name}"}
    return Holding(kind=kind, name=name, **{**plain, **fields})
