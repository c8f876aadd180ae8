"""Reading everything that a customer holds: what needs no other answer is asked at the same moment.

An inventory takes two rounds of calls at most: the customer with its collections, and what only those name. So a reader
that waits 100 ms for each answer has an inventory after 100 ms, or 200 ms where there is Azure.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.domain.errors import RefusedError, SignInRequiredError
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.reads import AzureRead, PartnerCenterRead, needs_azure
from shared.domain.holdings.records import (
    Collection,
    CustomerProfile,
    Entitlement,
    Order,
    Reservation,
    SavingsPlan,
    Subscription,
    Transfer,
)
from shared.pipeline.core.parallel import open_pool, submit
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.steps.azure_plans import begin_below_plans, below_plans
from shared.pipeline.steps.foreseen import Foreseen, read_delegated

AZURE_KINDS = frozenset({HoldingKind.RESERVATION, HoldingKind.SAVINGS_PLAN})
AZURE_ROLE = (
    "Give the sign-in account the Reservations Reader and Savings plan Reader roles in the customer's tenant "
    "(through GDAP or admin-on-behalf-of), then resume."
)


@dataclass(frozen=True, slots=True)
class Read:
    """All answers of one reading. `began_at` and `began_monotonic`: before the first of its calls (I1)."""

    profile: CustomerProfile
    partner_center: PartnerCenterRead
    azure: AzureRead | None
    problems: tuple[InventoryProblem, ...]
    began_at: datetime
    began_monotonic: float


@dataclass(frozen=True, slots=True)
class _Begun:
    """The first round, under way."""

    customer_id: str
    profile: Future[CustomerProfile]
    subscriptions: Future[Collection[Subscription]]
    entitlements: Future[Collection[Entitlement]]
    orders: Future[Collection[Order]]
    transfers: Future[Collection[Transfer]]
    delegated: Future[Foreseen] | None


class Reading(AbstractContextManager["Reading"]):
    """One reading of one customer; leaving its `with` block waits for every call of it.

    `delegated`: the delegated admin relationships are read beside, if they are to be ended. Nothing is recorded before
    somebody takes the inventory: what was read of a customer who turns out to be another one is thrown away.
    """

    def __init__(self, session: Session, *, delegated: bool = False) -> None:
        self._services: Services = session.services
        self._known_azure = any(record.holding.kind in AZURE_KINDS for record in session.records.values())
        self._delegated = delegated and session.policy.terminate_gdap
        self._pools = ExitStack()
        self._pool = self._pools.enter_context(open_pool(session.services.pace.parallel))
        self._began = (session.services.clock.now(), session.services.clock.monotonic())
        self._newest: CustomerProfile | None = None
        self._begun: _Begun | None = None

    def __exit__(self, *_: object) -> None:
        self._pools.close()

    def begin(self, customer_id: str) -> None:
        """Ask for everything at once."""
        api, pool = self._services.partner_center, self._pool
        self._begun = _Begun(
            customer_id,
            submit(pool, partial(api.get_customer, customer_id)),
            submit(pool, partial(api.list_subscriptions, customer_id)),
            submit(pool, partial(api.list_entitlements, customer_id)),
            submit(pool, partial(api.list_orders, customer_id)),
            submit(pool, partial(api.list_transfers, customer_id)),
            submit(pool, partial(read_delegated, self._services, customer_id)) if self._delegated else None,
        )

    def who(self) -> CustomerProfile:
        """The customer's own answer.

        Raises NoRelationshipError when the customer is not readable as ours, RemoteError when the read fails.
        """
        return self._newest or self._asked().profile.result()

    def ask_who_again(self) -> CustomerProfile:
        """The same, read once more; from now on the inventory has this one."""
        self._newest = self._services.partner_center.get_customer(self._asked().customer_id)
        return self._newest

    def foreseen(self) -> Foreseen:
        """What the delegated admin relationships are, nothing where they are left alone.

        Raises the retryable errors of Graph: those pass by themselves.
        """
        delegated = self._asked().delegated
        return Foreseen() if delegated is None else delegated.result()

    def finish(self) -> Read:
        """All answers, those that the first ones asked for included.

        Raises NoRelationshipError when the customer is not readable as ours, RemoteError when a read fails. The
        customer's own answer is looked at first: where it is gone, the others are refused in any words.
        """
        begun = self._asked()
        profile = self.who()
        found, entitlements = begun.subscriptions.result(), begun.entitlements.result()
        below = begin_below_plans(self._pool, self._services, begun.customer_id, found.items)
        azure = None
        if self._known_azure or needs_azure(found.items, entitlements.items):
            azure = self._begin_azure(begun.customer_id)
        orders, transfers, plans = begun.orders.result(), begun.transfers.result(), below_plans(below)
        read, problems = _read_azure(*azure) if azure is not None else (None, ())
        answers = PartnerCenterRead(found, entitlements, orders, transfers, plans.subscriptions)
        return Read(profile, answers, read, (*plans.problems, *problems), *self._began)

    def _begin_azure(self, customer_id: str) -> tuple[Future[Collection[Reservation]], Future[Collection[SavingsPlan]]]:
        api = self._services.reservations
        reservations = submit(self._pool, partial(api.list_reservations, customer_id))
        return reservations, submit(self._pool, partial(api.list_savings_plans, customer_id))

    def _asked(self) -> _Begun:
        if self._begun is None:
            raise ValueError("nothing was asked yet: begin() comes first")
        return self._begun


def _read_azure(
    reservations: Future[Collection[Reservation]], savings_plans: Future[Collection[SavingsPlan]]
) -> tuple[AzureRead | None, tuple[InventoryProblem, ...]]:
    """Azure that cannot be read is one blocker; what passes by itself is raised."""
    try:
        return AzureRead(reservations.result(), savings_plans.result()), ()
    except (RefusedError, SignInRequiredError) as error:
        if error.retryable:
            raise
        detail = f"Azure reservations and savings plans cannot be read: {error}"
        action = error.advice or AZURE_ROLE
        return None, (InventoryProblem("azure", "azure_unreadable", detail, action, passes_by_itself=False),)
