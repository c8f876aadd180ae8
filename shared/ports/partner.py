"""Ports towards Microsoft: Partner Center, Azure reservations, delegated administration.

Customer ids are tenant ids (lower-case GUIDs). Every date-time is aware and in UTC. Reads return every page of a
collection, with the total that the service named, or raise; an empty collection is an answer.

Every method raises the RemoteError family of `shared.domain.errors`: ThrottledError (429, with `retry_after`),
UnavailableError (5xx, not reached), NoAnswerError (time-out: of a write, the effect is unknown), SignInRequiredError
(401 and what only a new sign-in cures), UnreadableAnswerError (nothing may be concluded), NoRelationshipError (the
customer is not this partner's), BusyError and RefusedError (4xx with a code, `verdict` and `lesson`).

Every write takes the MS-RequestId of its intent: the same id after no answer, a new one after any. It returns a
WriteAnswer, which says that the call was accepted, and nothing about its effect: that is read back. Raises
ClaimEndingError instead of sending when the claim ends too soon.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

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


class SubscriptionTarget(StrEnum):
    """The statuses that a PATCH may ask for."""

    SUSPENDED = "suspended"
    DELETED = "deleted"
    ACTIVE = "active"


class Part(StrEnum):
    """What of a subscription is put back: one of both in each call, because both together are not safe."""

    STATUS = "status"
    TERMS = "terms"


class CommitmentKind(StrEnum):
    """What is paid for years ahead in Azure."""

    RESERVATION = "reservation"
    SAVINGS_PLAN = "savings_plan"


class PartnerCenter(Protocol):
    """Customers, their holdings, and the relationship itself."""

    def list_customers(self) -> Collection[CustomerProfile]:
        """Every customer of the partner, all pages.

        Example: `Collection(items=(CustomerProfile(id="c0000001-…", company_name="Contoso", domain="contoso.com",
        relationship="reseller"),), total=1)`. `total` differs from the items where a page is missing.
        """

    def get_customer(self, customer_id: str) -> CustomerProfile:
        """One customer, with its default domain and its custom domains.

        Raises NoRelationshipError when it is not, or no longer, the partner's.
        """

    def list_subscriptions(self, customer_id: str) -> Collection[Subscription]:
        """Subscriptions in every state, ended ones too, each with its whole resource as JSON text (`image`)."""

    def list_entitlements(self, customer_id: str) -> Collection[Entitlement]:
        """Perpetual software and reservations, with their quantity and expiry (UTC)."""

    def list_orders(self, customer_id: str) -> Collection[Order]:
        """Orders of every state with their lines; `status` is None where the answer names none."""

    def list_transfers(self, customer_id: str) -> Collection[Transfer]:
        """Transfers to and from other partners, with the subscriptions in them as far as the service names them."""

    def list_azure_subscriptions(self, customer_id: str, plan_id: str) -> Collection[AzureSubscription]:
        """The Azure subscriptions below one Azure plan (`azureEntitlements`); `plan_id` is its subscription id."""

    def set_subscription_status(
        self, customer_id: str, subscription_id: str, image: str, target: SubscriptionTarget, request_id: str
    ) -> WriteAnswer:
        """PATCH the full resource `image` with another status: suspend, cancel (deleted) or reactivate.

        Raises InvalidRequestError when `image` is not the resource of this subscription.
        """

    def end_at_term(
        self, customer_id: str, subscription_id: str, request_id: str, *, schedule_cancel: bool = True
    ) -> WriteAnswer:
        """GET, then PATCH the full resource with auto-renew off and a scheduled Cancel at term end.

        `schedule_cancel` False: auto-renew alone, for products without an extended term. Sends no PATCH when the
        resource already shows both.
        """

    def list_terms(self, customer_id: str, product_id: str, sku_id: str) -> tuple[str, ...]:
        """The lengths of the terms (ISO 8601, such as P1M and P1Y) for which this customer can renew a SKU.

        Raises RefusedError where the catalogue does not know the product.
        """

    def renew_monthly(self, customer_id: str, subscription_id: str, request_id: str) -> WriteAnswer:
        """GET, then PATCH the full resource with instructions to renew for a month; auto-renew stays on.

        Sends no PATCH when the resource shows that already, or does not renew. Raises RefusedError (CANNOT_NOW) where
        no monthly term is to be had, or where a cancel is scheduled.
        """

    def reduce_seats(self, customer_id: str, subscription_id: str, target: int, request_id: str) -> WriteAnswer:
        """GET, then PATCH the full resource with the quantity `target` (at least 1), which keeps the term and deletes
        what is scheduled for its end.

        Sends no PATCH when there are no more seats than that: it never adds any. Raises RefusedError where none can be
        given back (any more).
        """

    def put_back(self, customer_id: str, subscription_id: str, before: str, part: Part, request_id: str) -> WriteAnswer:
        """GET, then PATCH the whole resource as it is now with that part of the image `before`: its status, or its
        auto-renew, scheduled actions and instructions for the next term.

        Sends no PATCH when the resource shows it already. Raises InvalidRequestError when `before` is not the resource
        of this subscription.
        """

    def cancel_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        """POST its cancel; it shows as inactive some ten minutes later."""

    def reactivate_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        """POST its reactivation; its plan must be active, and it shows as active some minutes later."""

    def cancel_order_line(
        self, customer_id: str, order_id: str, line_number: int, offer_id: str, request_id: str
    ) -> WriteAnswer:
        """Cancel one line of an order, of perpetual software; what else is in the order stays."""

    def remove_relationship(self, customer_id: str, request_id: str) -> WriteAnswer:
        """PATCH relationshipToPartner=none; only the remove stage calls it, with a RemovalPermit in hand (I1).

        Raises NoRelationshipError where the relationship had ended before.
        """

    def relationship_request_url(self) -> str:
        """The link with which a customer accepts this partner again, an https address."""

    def support_contact_refused(self, customer_id: str, subscription_id: str) -> bool:
        """True when the support contact of a (legacy) subscription is not readable any more (403/404)."""

    def removal_audited(self, customer_id: str, since: datetime) -> bool:
        """True when the activity log holds a succeeded remove_partner_customer_relationship for this customer."""


class Reservations(Protocol):
    """Azure reservations and savings plans, read and returned with a token of the customer's tenant."""

    def list_reservations(self, customer_id: str) -> Collection[Reservation]:
        """Reservations of every state that the sign-in account can see, with quantity and expiry (UTC).

        Raises RefusedError where the account lacks a role in the customer's tenant.
        """

    def list_savings_plans(self, customer_id: str) -> Collection[SavingsPlan]:
        """Savings plans of every state that the sign-in account can see, with their end (UTC)."""

    def price_refund(self, customer_id: str, order_id: str, reservation_id: str, quantity: int) -> Money | None:
        """Ask for the price of a return, which changes nothing: what would be refunded, None where the answer does not
        tell. Raises RefusedError where no refund is to be had."""

    def return_reservation(
        self, customer_id: str, order_id: str, reservation_id: str, quantity: int, request_id: str
    ) -> WriteAnswer:
        """Ask for the price, then return; policy errors inside a 200 raise RefusedError with their code. The answer has
        the refund where Azure tells it."""

    def stop_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        """PATCH renew=false: a reservation or savings plan that goes on ends at its date."""

    def restore_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        """PATCH renew=true: it renews at its date again."""


class DelegatedAdmin(Protocol):
    """Granular delegated admin relationships (GDAP) in Microsoft Graph."""

    def list_relationships(self, customer_id: str) -> Collection[DelegatedRelationship]:
        """Relationships of every status with this customer, ended ones too, each with the ETag for its end."""

    def may_terminate(self) -> bool:
        """False when the sign-in's token says that it may only read; True where it does not say."""

    def terminate(self, relationship: DelegatedRelationship, request_id: str) -> WriteAnswer:
        """Ask for termination, or delete one that was never approved."""
