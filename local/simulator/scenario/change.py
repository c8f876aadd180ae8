"""A change that somebody else makes behind the pipeline's back, as ``/_simulator/mutate`` takes it."""

from typing import Literal

from pydantic import Field, model_validator

from local.simulator.knobs import Model
from local.simulator.scenario.models import (
    GdapSpec,
    Moment,
    OrderSpec,
    PerpetualSpec,
    RefusalSpec,
    ReservationSpec,
    SeatsSpec,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.tenant.kinds import Relationship


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
    """Set fields of the customer or of one holding, add holdings, or make one holding vanish."""

    customer: str
    holding: str | None = None
    set: Fields | None = None
    add: Addition | None = None
    vanish: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "Change":
        if (self.set is not None) + (self.add is not None) + self.vanish != 1:
            raise ValueError("give exactly one of set, add and vanish")
        if self.vanish and self.holding is None:
            raise ValueError("holding is missing")
        return self
