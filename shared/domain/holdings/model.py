"""A holding: one thing that the customer has through this partner, in one vocabulary for all kinds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.holdings.next_term import NOTHING_SHOWN, NextTerm
from shared.domain.holdings.windows import NO_SIGNS, WindowSigns


class HoldingKind(StrEnum):
    """Every kind that is told apart; what is not understood is UNKNOWN and blocks (I8)."""

    LEGACY_LICENCE = "legacy_licence"
    NCE_LICENCE = "nce_licence"
    TRIAL = "trial"
    AZURE_PLAN = "azure_plan"
    AZURE_SUBSCRIPTION = "azure_subscription"
    LEGACY_AZURE = "legacy_azure"
    RESERVATION = "reservation"
    PERPETUAL_SOFTWARE = "perpetual_software"
    SOFTWARE_SUBSCRIPTION = "software_subscription"
    MARKETPLACE = "marketplace"
    SAVINGS_PLAN = "savings_plan"
    PENDING_ORDER = "pending_order"
    OPEN_TRANSFER = "open_transfer"
    UNKNOWN = "unknown"


class HoldingStatus(StrEnum):
    """The states of all kinds; an unknown word is UNKNOWN and blocks (I8)."""

    ACTIVE = "active"
    PENDING = "pending"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    DISABLED = "disabled"
    DELETED = "deleted"
    INACTIVE = "inactive"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ENDED = frozenset(
    {
        HoldingStatus.EXPIRED,
        HoldingStatus.DISABLED,
        HoldingStatus.DELETED,
        HoldingStatus.INACTIVE,
        HoldingStatus.CANCELLED,
    }
)
"""States in which nothing is billed and nothing works any more, whatever the kind."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One holding as the last inventory saw it.

    `key` is stable over time and independent of the kind (a trial can become a paid subscription). `parent_id`: base
    subscription of an add-on, plan of an Azure subscription, order of a reservation. `active_children`: how many Azure
    subscriptions of a plan have not ended. `ends_at_term`: auto-renew is off and, where the term would otherwise roll
    into a paid extended one, a Cancel at term end is recorded. `next_term`: what it renews into. `reseller`: partner
    location id (MPN) of the reseller on record. `covers`: keys of the subscriptions in a transfer, or of the same thing
    in another list. `signs`: what shows of a window besides its date.
    `line_number` and `offer_id`: the order line of perpetual software.
    `image` is the resource as JSON text, kept for the PATCH body and for putting things back.
    """

    key: str
    kind: HoldingKind
    id: str
    name: str
    status: HoldingStatus
    raw_status: str = ""
    quantity: int | None = None
    parent_id: str | None = None
    order_id: str | None = None
    term_end: datetime | None = None
    cancellable_until: datetime | None = None
    signs: WindowSigns = NO_SIGNS
    auto_renew: bool | None = None
    ends_at_term: bool = False
    next_term: NextTerm = NOTHING_SHOWN
    active_children: int = 0
    reseller: str | None = None
    covers: tuple[str, ...] = ()
    line_number: int = 0
    offer_id: str = ""
    note: str = ""
    image: str = field(default="", repr=False)

    @property
    def ended(self) -> bool:
        """Nothing of this holding is active, billed or reversible."""
        return self.status in ENDED
