"""What the partner decided once, and the pace at which the pipeline works: the knobs of the pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Commitments(StrEnum):
    """What to do with a commitment that cannot be cancelled today."""

    WAIT = "wait_for_term_end"
    STOP = "stop_and_report"


@dataclass(frozen=True, slots=True)
class Policy:
    """How strict the gate is and what may be done; every default is the safe answer where Microsoft's pages differ.

    `strict_nce`: a suspended NCE licence blocks the removal (it is still billed). `perpetual_past_window_blocks`:
    software that can no longer be cancelled blocks instead of being reported only.
    """

    strict_nce: bool = True
    refund_reservations: bool = True
    perpetual_past_window_blocks: bool = False


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
    settle_poll: timedelta = timedelta(minutes=2)
    settle_deadline: timedelta = timedelta(hours=24)
    recheck: timedelta = timedelta(hours=1)
    renewal_job: timedelta = timedelta(hours=24)
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
