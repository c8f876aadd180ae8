"""Scenario files, checked field by field; docs/scenarios.md describes them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from local.simulator.knobs import Knobs, Model
from local.simulator.tenant.kinds import (
    Consent,
    EntitlementStatus,
    GdapStatus,
    Job,
    Kind,
    LineKind,
    OrderStatus,
    Relationship,
    ReservationState,
    Status,
    TransferStatus,
    Write,
)
from local.simulator.times import parse_moment, parse_period

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ANY_START = datetime(2026, 1, 1, tzinfo=UTC)


def _guid(value: str) -> str:
    if not _GUID.fullmatch(value.lower()):
        raise ValueError(f"{value!r} is not a GUID")
    return value.lower()


def _moment(value: str) -> str:
    parse_moment(value, _ANY_START)
    return value


def _period(value: str) -> str:
    period = parse_period(value)
    if not period.months and period.delta < timedelta(days=1):
        raise ValueError("the duration must be at least a day")
    return value


def _extension(value: str) -> str:
    return value if value == "PT0S" else _period(value)


Guid = Annotated[str, AfterValidator(_guid)]
Moment = Annotated[str, AfterValidator(_moment)]
Duration = Annotated[str, AfterValidator(_period)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


Unreadable = Literal["1000", "60003", "20002", "1002", "2032", "3000"]
"""Codes that reading a customer by its id can be refused with although lists show it."""
WITH_SEATS = frozenset({Kind.NCE_LICENCE, Kind.NCE_TRIAL, Kind.SOFTWARE_SUBSCRIPTION, Kind.MARKETPLACE})


class AzureSubscriptionSpec(Model):
    """An Azure subscription under an Azure plan."""

    id: Guid | None = None
    name: Name = "Microsoft Azure"
    status: EntitlementStatus = EntitlementStatus.ACTIVE


class SeatsSpec(Model):
    """Seats that were added later, with a window of their own; *until* overrides its end."""

    quantity: int = Field(ge=1)
    added: Moment = "-P2D"
    until: Moment | None = None


class SubscriptionSpec(Model):
    """One item of the subscriptions collection. *parent* names another subscription by id or name."""

    kind: Kind
    id: Guid | None = None
    name: Name | None = None
    friendly_name: str = ""
    offer_id: str | None = None
    order_id: str | None = None
    quantity: int = Field(default=1, ge=1)
    status: Status = Status.ACTIVE
    status_since: Moment | None = None
    settles: Moment | None = None
    started: Moment | None = None
    bought: Moment | None = None
    term: Duration | None = None
    term_ends: Moment | None = None
    billing: str | None = None
    auto_renew: bool | None = None
    cancel_until: Moment | None = None
    scheduled_cancel: bool = False
    extended: bool = False
    job: Job | None = None
    job_until: Moment = "+PT1H"
    renewal_locked: bool = False
    parent: str | None = None
    pending_operation_until: Moment | None = None
    updates: int = Field(default=0, ge=0)
    suspension_reasons: tuple[str, ...] = ()
    partner_id: str = ""
    seats_added: tuple[SeatsSpec, ...] = ()
    azure_subscriptions: tuple[AzureSubscriptionSpec, ...] = ()
    commitment_per_hour: float = Field(default=0.05, ge=0)

    @model_validator(mode="after")
    def _fits_kind(self) -> "SubscriptionSpec":
        if self.azure_subscriptions and self.kind is not Kind.AZURE_PLAN:
            raise ValueError("azureSubscriptions belongs to kind azurePlan only")
        if self.seats_added and self.kind not in WITH_SEATS:
            raise ValueError(f"seatsAdded belongs to kinds {', '.join(sorted(WITH_SEATS))} only")
        if sum(one.quantity for one in self.seats_added) > self.quantity:
            raise ValueError("seatsAdded is part of quantity, and cannot be more")
        if self.extended and self.kind is not Kind.NCE_LICENCE:
            raise ValueError("extended belongs to kind nceLicence only")
        if self.renewal_locked and self.kind is not Kind.LEGACY_LICENCE:
            raise ValueError("renewalLocked belongs to kind legacyLicence only")
        if self.suspension_reasons and self.status is not Status.SUSPENDED:
            raise ValueError("suspensionReasons belongs to status suspended only")
        if self.settles is not None and self.status is not Status.PENDING:
            raise ValueError("settles belongs to status pending only")
        if self.scheduled_cancel and self.auto_renew:
            raise ValueError("scheduledCancel needs autoRenew false")
        return self


class ReservationSpec(Model):
    """An Azure reservation; *viaPartnerCenter* false: bought in the Azure portal, seen by Azure alone."""

    id: Guid | None = None
    reservation_order_id: Guid | None = None
    order_id: str | None = None
    name: Name = "VM_RI"
    quantity: int = Field(default=1, ge=1)
    purchased: Moment = "-P60D"
    term: Duration = "P1Y"
    expires: Moment | None = None
    renew: bool = False
    state: ReservationState = ReservationState.SUCCEEDED
    refund_usd: float = Field(default=1000.0, ge=0)
    refund_error: str | None = None
    resource_type: str = "VirtualMachines"
    settles: Moment | None = None
    via_partner_center: bool = True


class PerpetualSpec(Model):
    """An order of perpetual software."""

    order_id: str | None = None
    name: Name = "Windows Server 2022 Standard - 16 Core License Pack"
    quantity: int = Field(default=1, ge=1)
    bought: Moment = "-P5D"
    cancelled: bool = False


class LineSpec(Model):
    """A line of an order that is on its own, such as a pending one."""

    kind: LineKind = LineKind.LICENCE
    name: Name = "Microsoft 365 Business Basic"
    offer_id: str = "CFQ7TTC0LH18:0001:CFQ7TTC0K971"
    quantity: int = Field(default=1, ge=0)


class OrderSpec(Model):
    """An order without a holding of its own; *settles* completes it."""

    id: str | None = None
    status: OrderStatus = OrderStatus.PENDING
    created: Moment = "-PT10M"
    settles: Moment | None = None
    billing: str = "monthly"
    lines: tuple[LineSpec, ...] = (LineSpec(),)


class GdapSpec(Model):
    """A granular delegated admin relationship."""

    id: str | None = None
    name: Name = "Managed services"
    status: GdapStatus = GdapStatus.ACTIVE
    created: Moment = "-P200D"
    duration: Duration = "P730D"
    auto_extend: Annotated[str, AfterValidator(_extension)] = "PT0S"
    roles: tuple[Guid, ...] = ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b",)
    reseller_type: bool = False


class TransferSpec(Model):
    """A transfer of subscriptions (by id or name) to another partner."""

    id: Guid | None = None
    status: TransferStatus = TransferStatus.ACTIVE
    created: Moment = "-P1D"
    subscriptions: tuple[str, ...] = ()
    target_tenant_id: Guid = "0f0e0d0c-0b0a-4009-8807-060504030201"
    target_name: Name = "Another Partner"


class RefusalSpec(Model):
    """Writes that are refused for a time, whatever else is the case; *holding* names one by id or name."""

    id: Guid | None = None
    write: Write = Write.ANYTHING
    holding: str | None = None
    code: str = "900280"
    status: int | None = Field(default=None, ge=400, le=599)
    text: Name = "This change is not allowed at present. Try again later."
    begins: Moment = "-P1D"
    until: Moment | None = None
    retry_after: int | None = Field(default=None, ge=0)


class ResellerSpec(Model):
    """An indirect reseller, or (of a partner that is one) an indirect provider."""

    id: Guid
    name: Name
    mpn_id: str


class CustomerSpec(Model):
    """A customer tenant and everything that it holds."""

    name: Name
    id: Guid | None = None
    domain: Name | None = None
    relationship: Relationship = Relationship.RESELLER
    allow_delegated_access: bool = True
    arm_role: bool = True
    consent: Consent = Consent.GIVEN
    unreadable: Unreadable | None = None
    unreadable_until: Moment | None = None
    country: str = Field(default="US", min_length=2, max_length=2)
    partner_id: str = ""
    resellers: tuple[ResellerSpec, ...] = ()
    subscriptions: tuple[SubscriptionSpec, ...] = ()
    reservations: tuple[ReservationSpec, ...] = ()
    perpetual_software: tuple[PerpetualSpec, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    gdap: tuple[GdapSpec, ...] = ()
    transfers: tuple[TransferSpec, ...] = ()
    refusals: tuple[RefusalSpec, ...] = ()

    @model_validator(mode="after")
    def _until_what(self) -> "CustomerSpec":
        if self.unreadable_until is not None and self.unreadable is None:
            raise ValueError("unreadableUntil needs unreadable")
        return self


class FederatedSpec(Model):
    """An identity that the app registration trusts: issuer and subject of its tokens, and who signs them (PEM)."""

    issuer: str
    subject: str
    certificate: str


class SignInSpec(Model):
    """What the partner signs in with. Made-up values: nothing outside the simulator accepts them."""

    client_id: Guid = "c11e0000-0000-4000-8000-00000000c11e"
    client_secret: str = "not-a-real-client-secret"
    refresh_token: str = "not-a-real-refresh-token"
    user: str = "admin.agent@partner.example"
    certificate: str = ""
    federated: FederatedSpec | None = None


class PersonSpec(Model):
    """Somebody of the partner who works with the deployed application, with app roles of it."""

    name: Name
    id: Guid | None = None
    roles: tuple[Literal["Read", "Request", "Approve", "Operate"], ...] = ()

    @property
    def account(self) -> str:
        """The name that they sign in with, without the domain."""
        return ".".join(self.name.lower().split())


PEOPLE = (
    PersonSpec(name="Rea Reader", roles=("Read",)),
    PersonSpec(name="Quinn Requester", roles=("Request",)),
    PersonSpec(name="Ava Approver", roles=("Approve",)),
    PersonSpec(name="Otto Operator", roles=("Operate",)),
    PersonSpec(name="Alma All", roles=("Read", "Request", "Approve", "Operate")),
)
"""One with each role, and one with all of them."""


class PartnerSpec(Model):
    """The partner's own tenant: an indirect provider with *resellers*, an indirect reseller with *providers*."""

    tenant_id: Guid = "9a57e000-0000-4000-8000-00000009a57e"
    name: Name = "Relecloud Partners"
    domain: Name = "relecloudpartners.onmicrosoft.com"
    mpn_id: str = "4391507"
    sign_in: SignInSpec = SignInSpec()
    resellers: tuple[ResellerSpec, ...] = ()
    providers: tuple[ResellerSpec, ...] = ()
    vetting_status: str = "authorized"


class Scenario(Model):
    """A whole scenario file."""

    description: str = ""
    partner: PartnerSpec = PartnerSpec()
    people: tuple[PersonSpec, ...] = PEOPLE
    knobs: Knobs = Knobs()
    customers: tuple[CustomerSpec, ...] = ()

    @model_validator(mode="after")
    def _people_differ(self) -> "Scenario":
        accounts = {one.account for one in self.people}
        given = [one.id for one in self.people if one.id]
        if len(accounts) < len(self.people) or len(set(given)) < len(given):
            raise ValueError("two people have the same name or id")
        return self
