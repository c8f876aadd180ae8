"""What Partner Center, Azure and Graph say, as typed records: the vocabulary of the ports.

Status strings stay raw here (their documented lists are open); classification happens in `classify`.
Every date-time is aware and in UTC; None means absent, which is never false, 0 or "".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from shared.domain.holdings.next_term import NOTHING_SHOWN, NextTerm
from shared.domain.money import Money

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Collection(Generic[T]):
    """One collection read to its end: `total` is what the service said it holds, if it said so."""

    items: tuple[T, ...]
    total: int | None = None

    @property
    def complete(self) -> bool:
        """A collection whose total differs from what was read proves nothing (I8)."""
        return self.total is None or self.total == len(self.items)


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """A customer as the list or the single read shows it."""

    id: str
    company_name: str
    domain: str
    relationship: str
    custom_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduledAction:
    """What Partner Center will do by itself, for example Cancel at TermEnd."""

    schedule_type: str
    action_type: str


@dataclass(frozen=True, slots=True)
class Refundable:
    """How many units can be given back (`refundableQuantity`): in all, and how many of them until when."""

    total: int
    details: tuple[tuple[int, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """One item of a customer's subscriptions. `image` is the whole resource as JSON text, the body of every later PATCH
    (a minimal body would reset auto-renew and the next term). `refunds_until`: when each refund option expires, None
    where it does not say. `allowed`: what `actions` lists."""

    id: str
    offer_id: str
    name: str
    status: str
    quantity: int | None = None
    product_type: str | None = None
    product_subtype: str | None = None
    unit_type: str | None = None
    billing_type: str | None = None
    is_trial: bool | None = None
    is_microsoft_product: bool | None = None
    parent_id: str | None = None
    order_id: str | None = None
    auto_renew: bool | None = None
    term_end: datetime | None = None
    cancellable_until: datetime | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    term_duration: str = ""
    refunds_until: tuple[datetime | None, ...] = ()
    refundable: Refundable | None = None
    allowed: tuple[str, ...] = ()
    scheduled_actions: tuple[ScheduledAction, ...] = ()
    attention_needed: bool = False
    next_term: NextTerm = NOTHING_SHOWN
    reseller: str | None = None
    product_order_id: str | None = None
    image: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Software or a reservation that the customer is entitled to; `resource_id` is the Azure reservation order."""

    type: str
    order_id: str
    line_id: str
    quantity: int | None
    resource_id: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; software that is perpetual has no subscription."""

    number: int
    offer_id: str
    name: str
    quantity: int | None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order; some answers carry no status."""

    id: str
    status: str | None
    created_at: datetime | None
    lines: tuple[OrderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of subscriptions to another partner; only `Active` blocks. `subscription_ids`: what is in it.
    `outgoing`: this partner gives it away; None when the answer does not say."""

    id: str
    status: str
    subscription_ids: tuple[str, ...] = ()
    changed_at: datetime | None = None
    outgoing: bool | None = None


@dataclass(frozen=True, slots=True)
class AzureSubscription:
    """An Azure subscription below an Azure plan: `active` or `inactive`, or a word of Azure's own life cycle."""

    id: str
    plan_id: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """An Azure reservation as the Azure reservation API shows it."""

    order_id: str
    id: str
    name: str
    state: str
    quantity: int | None = None
    expires_at: datetime | None = None
    renew: bool | None = None


@dataclass(frozen=True, slots=True)
class SavingsPlan:
    """An Azure savings plan: never cancellable, ends at `expires_at`; `order_id` is needed to stop its renewal."""

    id: str
    name: str
    state: str
    expires_at: datetime | None = None
    order_id: str | None = None
    renew: bool | None = None


@dataclass(frozen=True, slots=True)
class DelegatedRelationship:
    """A granular delegated admin relationship (GDAP). `customer_name`: as Graph shows the customer."""

    id: str
    name: str
    status: str
    etag: str | None = None
    created_at: datetime | None = None
    customer_name: str = ""


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """What a write was answered: the HTTP status, a text for the timeline, a refund where it tells one; its effect is
    read back."""

    status: int
    detail: str = ""
    refund: Money | None = None
