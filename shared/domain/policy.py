"""What the partner decided once, and the pace at which the pipeline works: the knobs of the pure decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum


class Commitments(StrEnum):
    """What to do with a commitment that cannot be cancelled today."""

    WAIT = "wait_for_term_end"
    STOP = "stop_and_report"


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
    term; only a request can ask for it. `reseller`: the one whose customer this is, named by the request; a
    partner that is `indirect` acts for nobody who was not named.
    """

    strict_nce: bool = True
    refund_reservations: bool = True
    cancel_marketplace: bool = True
    terminate_gdap: bool = True
    wait_for_transfers: bool = True
    perpetual_past_window_blocks: bool = False
    reactivate_suspended: bool = False
    reseller: str | None = None
    indirect: bool = False

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


@dataclass(frozen=True, slots=True)
class Pace:
    """Delays and bounds, all in business time unless named otherwise.

    `claim` must outlast the host's functionTimeout; no effect starts later than claim expiry - `call_timeout` -
    `margin` (monotonic clock). `longest_wait`: a waiting offboarding is looked at again at least this often, because
    customers and other tools change things back.
    `sweep_grace` is how long a wake-up may be on its way before the sweeper sends another.
    """

    claim: timedelta = timedelta(minutes=15)
    call_timeout: timedelta = timedelta(seconds=60)
    margin: timedelta = timedelta(seconds=30)
    work_budget: timedelta = timedelta(minutes=5)
    sweep_grace: timedelta = timedelta(minutes=5)
    first_retry: timedelta = timedelta(seconds=30)
    longest_retry: timedelta = timedelta(hours=1)
    shortest_wait: timedelta = timedelta(seconds=5)
    settle_poll: timedelta = timedelta(minutes=2)
    settle_deadline: timedelta = timedelta(hours=24)
    recheck: timedelta = timedelta(hours=1)
    slow_recheck: timedelta = timedelta(hours=6)
    renewal_job: timedelta = timedelta(hours=24)
    warn_before_window: timedelta = timedelta(hours=48)
    vanish_proof: timedelta = timedelta(minutes=10)
    confirm_deadline: timedelta = timedelta(hours=48)
    reminder: timedelta = timedelta(days=1)
    longest_wait: timedelta = timedelta(days=7)
    longest_scheduled: timedelta = timedelta(days=1)
    permit_life: timedelta = timedelta(seconds=60)
    faults_before_attention: int = 20
    loops_before_attention: int = 12
    refusals_before_attention: int = 3
    batch: int = 8
    parallel: int = 4
