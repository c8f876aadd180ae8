"""One stage over scripted services: each call of a port has one answer, and every call is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from local.world.bus import MemoryBus
from local.world.clock import START, WorldClock
from local.world.crash import CrashPoints
from local.world.store import MemoryStore
from shared.adapters.brakes import SharedBrakes
from shared.domain.brake import Ceilings
from shared.domain.decisions.plan import draft_plan
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    CustomerProfile,
    DelegatedRelationship,
    Entitlement,
    Order,
    Reservation,
    SavingsPlan,
    Subscription,
    Transfer,
    WriteAnswer,
)
from shared.domain.money import Money
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Stage, Status
from shared.domain.pace import Pace
from shared.domain.policy import Commitments, Mode, Partner, Policy
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.partner import CommitmentKind, Part, SubscriptionTarget
from shared.ports.sign_in import Claims
from shared.ports.store import Change, LiveElsewhere, Stored

CUSTOMER = "c0000000-0000-4000-8000-000000000001"
OTHER = "c0000000-0000-4000-8000-000000000002"
PARTNER = "f0000000-0000-4000-8000-00000000000f"
NAME, DOMAIN = "Contoso", "contoso.example"
OFFBOARDING = "offboarding-1"
NOW = START
PACE = Pace(parallel=1)
PROFILE = CustomerProfile(CUSTOMER, NAME, DOMAIN, "reseller")
STRANGER = CustomerProfile(OTHER, "Fabrikam", "fabrikam.example", "reseller")
KNOWN = Customer(CUSTOMER, NAME, DOMAIN)
PLAN = draft_plan(Situation({}, Policy(), PACE, NOW), ())
REQUEST = OffboardingRequest(
    request_id="req-1",
    customer_id=CUSTOMER,
    domain=DOMAIN,
    company_name=None,
    requested_by="tests",
    reason="testing",
    dry_run=False,
    not_before=None,
    commitments=Commitments.WAIT,
    correlation_id="",
    fingerprint="f-1",
)
DONE = WriteAnswer(200, detail="done")

T = TypeVar("T")


@dataclass
class Tenant:
    """What Partner Center, Azure, Graph and the sign-in answer; an exception in place of an answer is raised.

    `calls` has the name of every call in order, with the MS-RequestId for those that carry one; `before` runs first.
    """

    customers: Collection[CustomerProfile] | Exception = field(default_factory=lambda: Collection((PROFILE,)))
    profile: CustomerProfile | Exception = PROFILE
    subscriptions: Collection[Subscription] | Exception = field(default_factory=lambda: Collection(()))
    entitlements: Collection[Entitlement] | Exception = field(default_factory=lambda: Collection(()))
    orders: Collection[Order] | Exception = field(default_factory=lambda: Collection(()))
    transfers: Collection[Transfer] | Exception = field(default_factory=lambda: Collection(()))
    azure: Collection[AzureSubscription] | Exception = field(default_factory=lambda: Collection(()))
    reservations: Collection[Reservation] | Exception = field(default_factory=lambda: Collection(()))
    savings_plans: Collection[SavingsPlan] | Exception = field(default_factory=lambda: Collection(()))
    terms: tuple[str, ...] | Exception = ("P1M", "P1Y")
    price: Money | Exception | None = None
    written: WriteAnswer | Exception = DONE
    removed: WriteAnswer | Exception = DONE
    url: str | Exception = "https://partner.example/invite"
    contact_refused: bool | Exception = True
    audited: bool | Exception = True
    gdap: Collection[DelegatedRelationship] | Exception = field(default_factory=lambda: Collection(()))
    gdap_may_end: bool = True
    terminated: WriteAnswer | Exception = DONE
    signed_in: Claims | Exception = field(
        default_factory=lambda: Claims("partner-center", PARTNER, "app", "admin", frozenset({"mfa"}), app_only=False)
    )
    calls: list[tuple[str, ...]] = field(default_factory=list)
    before: Callable[[str], object] = lambda _: None

    @property
    def names(self) -> list[str]:
        """The calls by name only."""
        return [call[0] for call in self.calls]

    def _say(self, answer: T | Exception, name: str, *details: object) -> T:
        self.before(name)
        self.calls.append((name, *(str(detail) for detail in details)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def list_customers(self) -> Collection[CustomerProfile]:
        return self._say(self.customers, "customers")

    def get_customer(self, customer_id: str) -> CustomerProfile:
        return self._say(self.profile, "customer", customer_id)

    def list_subscriptions(self, customer_id: str) -> Collection[Subscription]:
        return self._say(self.subscriptions, "subscriptions", customer_id)

    def list_entitlements(self, customer_id: str) -> Collection[Entitlement]:
        return self._say(self.entitlements, "entitlements", customer_id)

    def list_orders(self, customer_id: str) -> Collection[Order]:
        return self._say(self.orders, "orders", customer_id)

    def list_transfers(self, customer_id: str) -> Collection[Transfer]:
        return self._say(self.transfers, "transfers", customer_id)

    def list_azure_subscriptions(self, customer_id: str, plan_id: str) -> Collection[AzureSubscription]:
        return self._say(self.azure, "azure", customer_id, plan_id)

    def set_subscription_status(
        self, customer_id: str, subscription_id: str, image: str, target: SubscriptionTarget, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, f"set {target.value}", customer_id, subscription_id)

    def end_at_term(
        self, customer_id: str, subscription_id: str, request_id: str, *, schedule_cancel: bool = True
    ) -> WriteAnswer:
        return self._say(self.written, "end at term", customer_id, subscription_id)

    def list_terms(self, customer_id: str, product_id: str, sku_id: str) -> tuple[str, ...]:
        return self._say(self.terms, "terms", customer_id, product_id, sku_id)

    def renew_monthly(self, customer_id: str, subscription_id: str, request_id: str) -> WriteAnswer:
        return self._say(self.written, "renew monthly", customer_id, subscription_id)

    def reduce_seats(self, customer_id: str, subscription_id: str, target: int, request_id: str) -> WriteAnswer:
        return self._say(self.written, "reduce seats", customer_id, subscription_id, target)

    def put_back(self, customer_id: str, subscription_id: str, before: str, part: Part, request_id: str) -> WriteAnswer:
        return self._say(self.written, f"put back {part.value}", customer_id, subscription_id)

    def reactivate_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "reactivate azure", customer_id, azure_subscription_id)

    def cancel_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "cancel azure", customer_id, azure_subscription_id)

    def cancel_order_line(
        self, customer_id: str, order_id: str, line_number: int, offer_id: str, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "cancel order", customer_id, order_id)

    def remove_relationship(self, customer_id: str, request_id: str) -> WriteAnswer:
        return self._say(self.removed, "remove", customer_id, request_id)

    def relationship_request_url(self) -> str:
        return self._say(self.url, "url")

    def support_contact_refused(self, customer_id: str, subscription_id: str) -> bool:
        return self._say(self.contact_refused, "support contact", customer_id, subscription_id)

    def removal_audited(self, customer_id: str, since: datetime) -> bool:
        return self._say(self.audited, "audited", customer_id, since.isoformat())

    def list_reservations(self, customer_id: str) -> Collection[Reservation]:
        return self._say(self.reservations, "reservations", customer_id)

    def list_savings_plans(self, customer_id: str) -> Collection[SavingsPlan]:
        return self._say(self.savings_plans, "savings plans", customer_id)

    def price_refund(self, customer_id: str, order_id: str, reservation_id: str, quantity: int) -> Money | None:
        return self._say(self.price, "price", customer_id, order_id, reservation_id, quantity)

    def return_reservation(
        self, customer_id: str, order_id: str, reservation_id: str, quantity: int, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "return", customer_id, reservation_id)

    def stop_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "stop renewal", customer_id, commitment_id)

    def restore_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        return self._say(self.written, "restore renewal", customer_id, commitment_id)

    def list_relationships(self, customer_id: str) -> Collection[DelegatedRelationship]:
        return self._say(self.gdap, "gdap", customer_id)

    def may_terminate(self) -> bool:
        return self.gdap_may_end

    def terminate(self, relationship: DelegatedRelationship, request_id: str) -> WriteAnswer:
        return self._say(self.terminated, "terminate", relationship.id, request_id)

    def claims(self) -> Claims:
        return self._say(self.signed_in, "claims")

    def right_audience(self, claims: Claims) -> bool:
        return True

    def forget(self) -> None:
        """Nothing is kept."""

    def renew(self) -> bool:
        return True

    def age(self) -> timedelta:
        return timedelta(0)


class NoThrottles:
    """Nobody asked to wait."""

    def held_until(self) -> datetime | None:
        return None


class SlowStore(MemoryStore):
    """Every write takes its time, on both clocks."""

    def __init__(self, clock: WorldClock, each: timedelta) -> None:
        super().__init__()
        self._clock, self._each = clock, each

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        self._clock.pass_machine(self._each)
        return super().commit(change)


def services(tenant: Tenant, **fields: Any) -> Services:
    """Services over a tenant, a store in memory and a clock that stands still."""
    clock = WorldClock()
    parts: dict[str, Any] = {
        "store": MemoryStore(),
        "bus": MemoryBus(clock, CrashPoints()),
        "clock": clock,
        "throttles": NoThrottles(),
        "partner": Partner(PARTNER),
        "pace": PACE,
        "mode": Mode.LIVE,
        **fields,
    }
    parts.setdefault("brakes", SharedBrakes(parts["store"], parts["clock"], Ceilings()))
    return Services(partner_center=tenant, reservations=tenant, delegated_admin=tenant, sign_in=tenant, **parts)


def session_at(
    stage: Stage,
    tenant: Tenant,
    records: Iterable[HoldingRecord] = (),
    *,
    request: OffboardingRequest = REQUEST,
    within: Services | None = None,
    wanted: dict[str, Any] | None = None,
    **head: Any,
) -> Session:
    """A session of a stored offboarding at `stage`: identified and planned unless the fields say otherwise; `wanted`
    changes fields of its request."""
    fields = {"customer": KNOWN, "plan": PLAN, **head}
    request = replace(request, **(wanted or {}))
    offboarding = Offboarding(OFFBOARDING, request, Status.RUNNING, stage, NOW, NOW, **fields)
    used = within or services(tenant)
    stored = used.store.commit(Change(offboarding, None, tuple(records)))
    if isinstance(stored, LiveElsewhere):
        raise AssertionError("no other offboarding is live")
    return Session(stored, used)


def clock_of(session: Session) -> WorldClock:
    """The clock of a session, to be moved."""
    clock = session.services.clock
    if not isinstance(clock, WorldClock):
        raise TypeError("not a clock of these tests")
    return clock


def stored(session: Session) -> Offboarding:
    """The head as it is stored, whatever the session holds."""
    found = session.services.store.load(session.offboarding.id)
    if found is None:
        raise AssertionError("nothing is stored")
    return found.offboarding


def timeline(session: Session) -> list[TimelineEntry]:
    """What was noted, after storing what still waits for the next write."""
    session.save()
    return list(session.services.store.timeline(session.offboarding.id))


def noted(session: Session, what: str) -> list[str]:
    """The details of the timeline entries of one name."""
    return [entry.detail for entry in timeline(session) if entry.what == what]


# What a customer may hold.


def legacy(identity: str = "legacy-1", status: str = "active", **fields: Any) -> Subscription:
    """A licence of before new commerce: suspended."""
    return Subscription(identity, "796b6b5f-613c-4e24-a17c-eba730d49c02", identity, status, 5, **fields)


def licence(
    identity: str = "licence-1",
    *,
    window: timedelta | None = None,
    ends: timedelta | None = timedelta(days=40),
    status: str = "active",
    **fields: Any,
) -> Subscription:
    """A new-commerce licence: its window closes and its term ends that long after the start."""
    long_ago = NOW - timedelta(days=1000)
    fields = {"product_type": "OnlineServicesNCE", "auto_renew": True, "started_at": long_ago, **fields}
    closes, end = (NOW + after if after is not None else None for after in (window, ends))
    return Subscription(
        identity,
        "CFQ7TTC0LH18:0001",
        identity,
        status,
        5,
        cancellable_until=closes,
        term_end=end,
        **fields,
    )


def transfer(identity: str = "transfer-1") -> Transfer:
    """An open transfer that holds nothing but itself."""
    return Transfer(identity, "Active", ("nothing",))


def complete(*items: T) -> Collection[T]:
    """A complete collection."""
    return Collection(items)
