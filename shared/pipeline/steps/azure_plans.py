"""What stands below the customer's Azure plans, plan by plan: one list that cannot be read is one blocker."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial

from shared.domain.errors import NoRelationshipError, RefusedError
from shared.domain.holdings.classify import subscription_kind, subscription_status
from shared.domain.holdings.inventory import AZURE_SUBSCRIPTIONS, InventoryProblem
from shared.domain.holdings.model import ENDED, HoldingKind, HoldingStatus
from shared.domain.holdings.records import AzureSubscription, Collection, Subscription
from shared.pipeline.core.parallel import submit
from shared.pipeline.core.services import Services

LOOK_IT_UP = (
    "Give the sign-in account the Admin agent role, or end the Azure plan in Partner Center if nothing below it is "
    "active; then resume."
)
NOTHING: Collection[AzureSubscription] = Collection((), 0)
Part = Collection[AzureSubscription] | InventoryProblem


@dataclass(frozen=True, slots=True)
class BelowPlans:
    """The Azure subscriptions of all plans that were read, and a problem for each plan that was not."""

    subscriptions: Collection[AzureSubscription]
    problems: tuple[InventoryProblem, ...]


def begin_below_plans(
    pool: Executor, services: Services, customer_id: str, subscriptions: tuple[Subscription, ...]
) -> list[Future[Part]]:
    """Ask for every list below a plan that has not ended: nothing runs below an ended one, and its list may answer
    anything."""
    plans = [item for item in subscriptions if subscription_kind(item) is HoldingKind.AZURE_PLAN]
    plans = [item for item in plans if subscription_status(item) not in ENDED]
    return [submit(pool, partial(_below, services, customer_id, plan)) for plan in plans]


def below_plans(begun: Sequence[Future[Part]]) -> BelowPlans:
    """The answers.

    Raises the RemoteError of an answer that a later call may correct, NoRelationshipError when the customer is gone;
    any other refusal is one problem.
    """
    read = [future.result() for future in begun]
    parts = [part for part in read if isinstance(part, Collection)]
    return BelowPlans(_joined(parts), tuple(part for part in read if isinstance(part, InventoryProblem)))


def _below(services: Services, customer_id: str, plan: Subscription) -> Part:
    try:
        return _twice(services, customer_id, plan)
    except RefusedError as error:
        if error.retryable:
            raise
        if isinstance(error, NoRelationshipError):
            # That is said of the customer, who may be gone since the inventory began: then nothing is a blocker.
            services.partner_center.get_customer(customer_id)
        if error.status == 404 and subscription_status(plan) is HoldingStatus.SUSPENDED:
            # A plan is not suspended while anything below it is active (403/900115).
            return NOTHING
        return InventoryProblem(
            f"{AZURE_SUBSCRIPTIONS}:{plan.id.lower()}",
            "plan_unreadable",
            f"cannot be read: {error}",
            LOOK_IT_UP,
            passes_by_itself=False,
            name=f"the Azure subscriptions below {plan.name or plan.offer_id}",
        )


def _twice(services: Services, customer_id: str, plan: Subscription) -> Collection[AzureSubscription]:
    """One odd refusal is asked again before a person is."""
    try:
        return services.partner_center.list_azure_subscriptions(customer_id, plan.id)
    except RefusedError as error:
        if error.retryable:
            raise
        return services.partner_center.list_azure_subscriptions(customer_id, plan.id)


def _joined(parts: list[Collection[AzureSubscription]]) -> Collection[AzureSubscription]:
    """All parts as one; what one part misses is never made up for by another that has too many."""
    items = tuple(item for part in parts for item in part.items)
    missing = sum(abs(part.total - len(part.items)) for part in parts if part.total is not None)
    return Collection(items, len(items) + missing)
