"""Ports towards Microsoft: Partner Center, Azure reservations, delegated administration.

Reads return complete collections or raise; writes raise the errors of `shared.domain.errors` (a `NoAnswerError` means
that the effect is unknown). Every write takes the
MS-RequestId of its intent: the same id after no answer, a new one after any.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.partner import (
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


class SubscriptionTarget(StrEnum):
    """The statuses that a PATCH may ask for."""

    SUSPENDED = "suspended"
    DELETED = "deleted"
    ACTIVE = "active"


class CommitmentKind(StrEnum):
    """What is paid for years ahead in Azure."""

    RESERVATION = "reservation"
    SAVINGS_PLAN = "savings_plan"


class PartnerCenter(Protocol):
    """Customers, their holdings, and the relationship itself."""

    def list_customers(self) -> Collection[CustomerProfile]:
        """Every customer of the partner, all pages."""

    def get_customer(self, customer_id: str) -> CustomerProfile:
        """One customer; raises NoRelationshipError when it is not (any more) the partner's."""

    def list_subscriptions(self, customer_id: str) -> Collection[Subscription]: ...

    def list_entitlements(self, customer_id: str) -> Collection[Entitlement]:
        """Software and reservations, with expiry."""

    def list_orders(self, customer_id: str) -> Collection[Order]: ...

    def list_transfers(self, customer_id: str) -> Collection[Transfer]: ...

    def list_azure_subscriptions(self, customer_id: str, plan_id: str) -> Collection[AzureSubscription]: ...

    def set_subscription_status(
        self, customer_id: str, subscription_id: str, image: str, target: SubscriptionTarget, request_id: str
    ) -> WriteAnswer:
        """PATCH the full resource `image` with another status: suspend, cancel (deleted) or reactivate."""

    def end_at_term(
        self, customer_id: str, subscription_id: str, request_id: str, *, schedule_cancel: bool = True
    ) -> WriteAnswer:
        """GET, then PATCH the full resource with auto-renew off and, unless no extended term exists for this kind of
        product, a scheduled Cancel at term end."""

    def cancel_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer: ...

    def cancel_order_line(
        self, customer_id: str, order_id: str, line_number: int, offer_id: str, request_id: str
    ) -> WriteAnswer:
        """Cancel one line of an order, of perpetual software; what else is in the order stays."""

    def remove_relationship(self, customer_id: str, request_id: str) -> WriteAnswer:
        """PATCH relationshipToPartner=none: only the remove stage calls it, with a RemovalPermit in hand (I1)."""

    def relationship_request_url(self) -> str:
        """The link with which a customer accepts this partner again."""

    def support_contact_refused(self, customer_id: str, subscription_id: str) -> bool:
        """True when the support contact of a (legacy) subscription is not readable any more (403/404)."""

    def removal_audited(self, customer_id: str, since: datetime) -> bool:
        """True when the activity log holds a succeeded remove_partner_customer_relationship for this customer."""


class Reservations(Protocol):
    """Azure reservations and savings plans, read and returned with a token of the customer's tenant."""

    def list_reservations(self, customer_id: str) -> Collection[Reservation]: ...

    def list_savings_plans(self, customer_id: str) -> Collection[SavingsPlan]: ...

    def price_refund(self, customer_id: str, order_id: str, reservation_id: str, quantity: int) -> None:
        """calculateRefund alone, which changes nothing: raises RefusedError where no refund is to be had."""

    def return_reservation(
        self, customer_id: str, order_id: str, reservation_id: str, quantity: int, request_id: str
    ) -> WriteAnswer:
        """calculateRefund, then return; policy errors inside a 200 raise RefusedError with their code."""

    def stop_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        """PATCH renew=false: a reservation or savings plan that goes on ends at its date."""


class DelegatedAdmin(Protocol):
    """Granular delegated admin relationships (GDAP) in Microsoft Graph."""

    def list_relationships(self, customer_id: str) -> Collection[DelegatedRelationship]: ...

    def terminate(self, relationship: DelegatedRelationship, request_id: str) -> WriteAnswer:
        """Ask for termination, or delete one that was never approved."""
