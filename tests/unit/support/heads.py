"""An offboarding at any point of its life, put straight into the store of a world without customers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from local.world.clock import START
from local.world.world import World
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.offboarding.messages import Destination, OutboundMessage, WakeUp
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Commitments
from shared.pipeline.core.session import Session
from shared.ports.store import Change, Live, LiveElsewhere, Stored
from tests.unit.support.worlds import missing

NOW = START
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
IDENTITY, CUSTOMER = "o-1", "c0ffee00-0000-4000-8000-000000000001"


def request_of(**fields: Any) -> OffboardingRequest:
    values: dict[str, Any] = {
        "request_id": "req-1",
        "customer_id": CUSTOMER,
        "domain": "contoso.example",
        "company_name": None,
        "requested_by": "tests",
        "reason": "testing",
        "dry_run": False,
        "not_before": None,
        "commitments": Commitments.WAIT,
        "correlation_id": "case-7",
        "fingerprint": "f" * 64,
    }
    return OffboardingRequest(**{**values, **fields})


def head_of(status: Status = Status.RUNNING, stage: Stage | None = Stage.VERIFY, **fields: Any) -> Offboarding:
    """A head last changed an hour ago, at its seventh attempt."""
    values: dict[str, Any] = {
        "id": IDENTITY,
        "request": request_of(),
        "created_at": NOW - DAY,
        "updated_at": NOW - HOUR,
        "attempt": 7,
        "timeline_length": 3,
    }
    return Offboarding(status=status, stage=stage, **{**values, **fields})


def keep(
    world: World,
    head: Offboarding,
    *records: HoldingRecord,
    owed: tuple[OutboundMessage, ...] = (),
    live: Live = Live.KEEP,
) -> Session:
    """Store it as it is; the session of whoever works on it."""
    stored = world.store.commit(Change(head, None, records, (), owed, live))
    return Session(stored, world.services) if isinstance(stored, Stored) else missing()


def kept(within: World | Session, identity: str = IDENTITY) -> Offboarding:
    stored = within.services.store.load(identity)
    return stored.offboarding if stored else missing()


def wake_for(head: Offboarding) -> WakeUp:
    return WakeUp(head.id, head.stage or Stage.PLAN, head.attempt)


def owed(within: World | Session, destination: Destination, identity: str = IDENTITY) -> list[OutboundMessage]:
    """What is stored to be sent there and was not sent yet."""
    return [item for item in within.services.store.outbox(identity) if item.destination is destination]


def told(within: World | Session, identity: str = IDENTITY) -> list[dict[str, Any]]:
    """The events that are owed, as CloudEvents."""
    return [json.loads(item.body) for item in owed(within, Destination.EVENTS, identity)]


def marker_is_free(world: World) -> bool:
    """Whether another offboarding of the same customer may go live. Takes the marker when it may."""
    other = head_of(Status.PLANNING, Stage.PLAN, id="o-2")
    return not isinstance(world.store.commit(Change(other, None, live=Live.TAKE)), LiveElsewhere)


def licence(name: str, closes_in: timedelta, **fields: Any) -> HoldingRecord:
    """An NCE licence that can still be cancelled for a while."""
    values: dict[str, Any] = {
        "key": f"subscription:{name}",
        "id": name,
        "cancellable_until": NOW + closes_in,
        "term_end": NOW + timedelta(days=300),
        "auto_renew": True,
    }
    seen = Holding(kind=HoldingKind.NCE_LICENCE, name=name, status=HoldingStatus.ACTIVE, **values)
    return HoldingRecord(seen, first_seen_at=NOW - DAY, changed_at=NOW - DAY, **fields)
