"""A change that somebody else makes behind the pipeline's back, as ``/_simulator/mutate`` takes it."""

from typing import Literal

from pydantic import Field, model_validator

from local.simulator.knobs import Model
from local.simulator.scenario.models import (
    CustomerSpec,
    GdapSpec,
    Moment,
    Name,
    OrderSpec,
    PerpetualSpec,
    RefusalSpec,
    ReservationSpec,
    SeatsSpec,
    SubscriptionSpec,
    TransferSpec,
    Unreadable,
)
from local.simulator.tenant.kinds import Consent, Relationship


class Fields(Model):
    """What can be set; which of them a holding has depends on its type. Dates as in scenario files."""

    status: str | None = None
    auto_renew: bool | None = None
    scheduled_cancel: bool | None = None
    next_term: Literal["", "P1M", "P1Y", "P3Y"] | None = None
    quantity: int | None = Field(default=None, ge=0)
    seats_added: tuple[SeatsSpec, ...] | None = None
    term_ends: Moment | None = None
    cancel_until: Moment | None = None
    pending_operation_until: Moment | None = None
    friendly_name: str | None = None
    updates: int | None = Field(default=None, ge=0)
    suspension_reasons: tuple[str, ...] | None = None
    relationship: Relationship | None = None
    allow_delegated_access: bool | None = None
    arm_role: bool | None = None
    consent: Consent | None = None
    name: Name | None = None
    domain: Name | None = None
    unreadable: Unreadable | Literal[""] | None = None
    refund_error: str | None = None


class Addition(Model):
    """New holdings, as a scenario file writes them."""

    subscriptions: tuple[SubscriptionSpec, ...] = ()
    reservations: tuple[ReservationSpec, ...] = ()
    perpetual_software: tuple[PerpetualSpec, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    gdap: tuple[GdapSpec, ...] = ()
    transfers: tuple[TransferSpec, ...] = ()
    refusals: tuple[RefusalSpec, ...] = ()


class Change(Model):
    """Set fields of the customer or of one holding, add holdings, make one holding vanish, or bring a new customer."""

    customer: str = ""
    holding: str | None = None
    set: Fields | None = None
    add: Addition | None = None
    vanish: bool = False
    new_customer: CustomerSpec | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Change":
        chosen = (self.set is not None) + (self.add is not None) + self.vanish + (self.new_customer is not None)
        if chosen != 1:
            raise ValueError("give exactly one of set, add, vanish and newCustomer")
        if not self.customer and self.new_customer is None:
            raise ValueError("customer is missing")
        if self.vanish and self.holding is None:
            raise ValueError("holding is missing")
        return self
