"""What the partner decided once: the knobs of the pure decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum


class Commitments(StrEnum):
    """What to do with a commitment that cannot be cancelled today."""

    WAIT = "wait_for_term_end"
    STOP = "stop_and_report"


class Renewals(StrEnum):
    """What to do with a term that renews before an offboarding starts: without a word a person is asked."""

    LET_RENEW = "let_renew"
    END_WITH_TERM = "end_with_term"
    MONTHLY = "monthly"


class Restriction(StrEnum):
    """How a request may narrow the policy: each one does less or asks for more, never the other way round."""

    STRICT_NCE = "strict_nce"
    NO_REFUNDS = "no_reservation_refunds"
    LEAVE_MARKETPLACE = "leave_marketplace"
    LEAVE_GDAP = "leave_gdap"
    ASK_ABOUT_TRANSFERS = "ask_about_transfers"
    PERPETUAL_SOFTWARE_BLOCKS = "perpetual_software_blocks"


@dataclass(frozen=True, slots=True)
class Policy:
    """How strict the gate is and what may be done; every default is the safe answer where Microsoft's pages differ.

    `strict_nce`: what is suspended and still billed (NCE licences, software, marketplace) blocks the removal.
    `perpetual_past_window_blocks`: software that can no longer be cancelled blocks instead of being reported only.
    `reactivate_suspended`: a suspended licence outside its window may be switched on, to record that it ends with its
    term; only a request can ask for it. `reduce_seats`: seats that can still be given back are, of what runs on; only a
    request can ask for it. `reseller`: the one whose customer this is, named by the request; a
    partner that is `indirect` acts for nobody who was not named. `grace`: from the beginning of the work until
    the first write that nothing puts back.
    """

    strict_nce: bool = True
    refund_reservations: bool = True
    cancel_marketplace: bool = True
    terminate_gdap: bool = True
    wait_for_transfers: bool = True
    perpetual_past_window_blocks: bool = False
    reactivate_suspended: bool = False
    reduce_seats: bool = False
    reseller: str | None = None
    indirect: bool = False
    grace: timedelta = timedelta()

    def narrowed(self, restrictions: Iterable[Restriction]) -> Policy:
        """This policy with what one request restricts."""
        wanted = frozenset(restrictions)
        return replace(
            self,
            strict_nce=self.strict_nce or Restriction.STRICT_NCE in wanted,
            refund_reservations=self.refund_reservations and Restriction.NO_REFUNDS not in wanted,
            cancel_marketplace=self.cancel_marketplace and Restriction.LEAVE_MARKETPLACE not in wanted,
            terminate_gdap=self.terminate_gdap and Restriction.LEAVE_GDAP not in wanted,
            wait_for_transfers=self.wait_for_transfers and Restriction.ASK_ABOUT_TRANSFERS not in wanted,
            perpetual_past_window_blocks=self.perpetual_past_window_blocks
            or Restriction.PERPETUAL_SOFTWARE_BLOCKS in wanted,
        )


class Mode(StrEnum):
    """PLAN: a fresh deployment, nothing is ever written to a customer. LIVE: the pipeline acts."""

    PLAN = "plan"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Partner:
    """Who we are and whom we never touch (tenant ids in lower case). The customers of an `indirect_provider` belong to
    its resellers, and a removal hits every one of them."""

    tenant_id: str
    protected_customers: frozenset[str] = field(default_factory=frozenset)
    indirect_provider: bool = False
