"""Everything else a partner tenant keeps on record. Frozen: a change is a new record put into the store."""

from dataclasses import dataclass
from datetime import datetime

from local.simulator.tenant.kinds import (
    DEAD_RESERVATIONS,
    Consent,
    EntitlementStatus,
    GdapStatus,
    LineKind,
    OrderStatus,
    Relationship,
    ReservationState,
    TransferStatus,
    Write,
)


@dataclass(frozen=True, slots=True)
class Reseller:
    """The other party of an indirect relationship: a reseller of a provider, or a provider of a reseller."""

    id: str
    name: str
    mpn_id: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer tenant. *relationship* is the truth, visible to readers only from *visible_at* on.

    *other_domains* were its default domain once. *unreadable*: the code that reading it by id is refused with, until
    *unreadable_until* (None: for good), although lists show it.
    """

    id: str
    ordinal: int
    name: str
    domain: str
    commerce_id: str
    relationship: Relationship = Relationship.RESELLER
    shown_relationship: Relationship = Relationship.RESELLER
    visible_at: datetime | None = None
    delegated_access: bool = True
    country: str = "US"
    culture: str = "en-US"
    partner_id: str = ""
    arm_role: bool = True
    resellers: tuple[Reseller, ...] = ()
    consent: Consent = Consent.GIVEN
    other_domains: tuple[str, ...] = ()
    unreadable: str | None = None
    unreadable_until: datetime | None = None

    @property
    def customer_id(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class AzureEntitlement:
    """An Azure subscription under an Azure plan. *next_status* shows from *changes_at* on."""

    id: str
    customer_id: str
    plan_id: str
    name: str
    status: EntitlementStatus = EntitlementStatus.ACTIVE
    next_status: EntitlementStatus | None = None
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. *cancelled* is the truth; whether the wire shows quantity 0 is a matter of shape."""

    number: int
    kind: LineKind
    offer_id: str
    name: str
    quantity: int = 1
    term_duration: str = ""
    subscription_id: str | None = None
    reservation_order_id: str | None = None
    cancelled: bool = False
    shows_zero: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase. Lines in *cancelling* turn cancelled at *changes_at*, in the odd shape that the knob chose."""

    id: str
    customer_id: str
    alternate_id: str
    created_at: datetime
    lines: tuple[OrderLine, ...]
    billing_cycle: str = "monthly"
    status: OrderStatus = OrderStatus.COMPLETED
    legacy: bool = False
    cancelling: tuple[int, ...] = ()
    cancel_shows_zero: bool = True
    cancel_completes: bool = False
    changes_at: datetime | None = None
    settles_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """An Azure reservation. *id* is the reservation's; its order holds several after a split or a partial return.

    *settles_at* is when one that is being bought becomes Succeeded.
    """

    id: str
    customer_id: str
    reservation_order_id: str
    name: str
    purchased_at: datetime
    expires_at: datetime
    order_id: str | None
    product_id: str
    sku_id: str
    sku_name: str = "Standard_D2s_v3"
    resource_type: str = "VirtualMachines"
    quantity: int = 1
    original_quantity: int = 1
    term: str = "P1Y"
    billing_plan: str = "Upfront"
    renew: bool = False
    state: ReservationState = ReservationState.SUCCEEDED
    refund_usd: float = 1000.0
    refund_error: str | None = None
    returning: int = 0
    returned_at: datetime | None = None
    settles_at: datetime | None = None
    etag: int = 1

    @property
    def live(self) -> bool:
        """Whether it is being paid for."""
        return self.quantity > 0 and self.state not in DEAD_RESERVATIONS


@dataclass(frozen=True, slots=True)
class RefundSession:
    """A price calculation that a return may refer to for a few minutes; *used_at* once it did."""

    id: str
    customer_id: str
    reservation_id: str
    quantity: int
    refund_usd: float
    errors: tuple[str, ...]
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gdap:
    """A granular delegated admin relationship. *requested_at* is when its termination was asked for."""

    id: str
    customer_id: str
    display_name: str
    status: GdapStatus
    created_at: datetime
    modified_at: datetime
    duration: str = "P730D"
    auto_extend: str = "PT0S"
    activated_at: datetime | None = None
    ends_at: datetime | None = None
    roles: tuple[str, ...] = ()
    request_id: str | None = None
    requested_at: datetime | None = None
    reseller_type: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class TransferLine:
    """What a transferred subscription was, kept when the subscription itself is absent."""

    subscription_id: str
    offer_id: str
    name: str
    billing_cycle: str
    quantity: int
    order_id: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of subscriptions to another partner; *moved_ids* have left."""

    id: str
    customer_id: str
    status: TransferStatus
    created_at: datetime
    modified_at: datetime
    subscription_ids: tuple[str, ...] = ()
    target_tenant_id: str = ""
    target_name: str = ""
    moved_ids: tuple[str, ...] = ()
    lines: tuple[TransferLine, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingRefusal:
    """Writes that are refused from *begins_at* until *ends_at* (None: for good), of one holding or (None) of all."""

    id: str
    customer_id: str
    write: Write
    holding_id: str | None
    code: str
    status: int
    text: str
    begins_at: datetime
    ends_at: datetime | None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of the activity log."""

    id: str
    customer_id: str
    customer_name: str
    application_id: str
    resource_type: str
    operation_type: str
    at: datetime
    status: str
    correlation_id: str
    old_value: str | None = None
    new_value: str | None = None
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """The stored answer of a write, given again for the same MS-RequestId and the same request."""

    id: str
    customer_id: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    code: str | None


@dataclass(frozen=True, slots=True)
class Federated:
    """An identity that the app registration trusts instead of a secret; *certificate* (PEM) verifies its tokens."""

    issuer: str
    subject: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the partner's own tenant; *roles* are app roles without their "Offboarding."."""

    name: str
    object_id: str
    username: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner's own tenant and what it signs in with (made-up values).

    With *providers* it is an indirect reseller, with *resellers* an indirect provider, else a direct partner.
    """

    tenant_id: str
    name: str
    mpn_id: str
    domain: str
    user: str
    client_id: str
    client_secret: str
    refresh_token: str
    resellers: tuple[Reseller, ...] = ()
    providers: tuple[Reseller, ...] = ()
    vetting_status: str = "authorized"
    certificate: str = ""
    federated: Federated | None = None
    people: tuple[Person, ...] = ()
