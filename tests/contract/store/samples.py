"""Offboardings and what belongs to them, as the pipeline makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Commitments
from shared.ports.store import Change, Live, OffboardingStore, Stored

NOW = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)
GRACE = timedelta(minutes=5)


def guid(name: str) -> str:
    """The same id for the same name."""
    return str(uuid5(NAMESPACE_URL, name))


CUSTOMER = guid("customer")

BATCH = "June"


def offboarding(name: str = "one", *, customer: str | None = CUSTOMER, **fields: Any) -> Offboarding:
    """A received offboarding; without `customer` its request gives only a domain."""
    request = OffboardingRequest(
        request_id=name,
        customer_id=customer,
        domain="contoso.example",
        company_name="Contoso",
        requested_by="ada@partner.example",
        reason="the contract with Contoso ended",
        dry_run=False,
        not_before=None,
        commitments=Commitments.WAIT,
        correlation_id=f"crm-{name}",
        fingerprint="0f" * 32,
        batch_id=BATCH,
    )
    known = {"status": Status.RECEIVED, "stage": Stage.PLAN, "created_at": NOW, "updated_at": NOW, **fields}
    if "next_attempt_at" not in known:
        known["next_attempt_at"] = known["created_at"]
    return Offboarding(id=guid(name), request=request, **known)


def identified(head: Offboarding, customer: str = CUSTOMER) -> Offboarding:
    """After Partner Center told whose domain it is."""
    return replace(head, customer=Customer(customer, "Contoso", "contoso.example"))


def finished(head: Offboarding, at: datetime = NOW, status: Status = Status.REMOVED) -> Offboarding:
    return replace(head, status=status, stage=None, next_attempt_at=None, claim=None, updated_at=at)


def entry(seq: int, detail: str = "") -> TimelineEntry:
    return TimelineEntry(seq, NOW, Who.PIPELINE, Stage.PLAN, "noted", detail or f"entry {seq}")


def message(identity: str, body: bytes = b"{}", at: datetime = NOW) -> OutboundMessage:
    return OutboundMessage(identity, Destination.EVENTS, body, at, properties=(("name", "value"),))


def record(number: int, image: str = '{"id": "x"}') -> HoldingRecord:
    holding = Holding(
        f"subscription/{number:05d}", HoldingKind.NCE_LICENCE, guid(str(number)), f"Licence {number}",
        HoldingStatus.ACTIVE, quantity=number, image=image,
    )  # fmt: skip
    return HoldingRecord(holding, first_seen_at=NOW, changed_at=NOW, before_image=image)


def stored(store: OffboardingStore, head: Offboarding, live: Live = Live.KEEP, **beside: Any) -> Stored:
    """Create it; fails when that is refused."""
    return committed(store, Change(head, None, live=live, **beside))


def committed(store: OffboardingStore, change: Change) -> Stored:
    result = store.commit(change)
    assert isinstance(result, Stored), result
    return result
