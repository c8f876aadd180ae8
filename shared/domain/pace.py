"""The pace at which the pipeline works: delays and bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.backoff import Backoff

CONNECT_AT_MOST = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """Delays and bounds, all in business time unless named otherwise.

    `claim` must outlast the host's functionTimeout, and the last write that may start under it: see `write_window`.
    `call_timeout`: between two pieces of an answer, and for its body. `longest_wait`: a waiting offboarding is looked
    at again at least this often, because customers and other tools change things back. `patience`: what passes by
    itself and has not moved for so long is told to a person. `sweep_grace` is how long a wake-up may be on its way
    before the sweeper sends another. `vanish_proof`: between two looks that must agree that something is not there;
    `absence_proof`: until the absence alone of something that is paid for counts. `longest_scheduled`: longer waits lie
    on no queue, the sweeper starts them. `longest_hold`: the longest that a service's word to wait counts for.
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
    absence_proof: timedelta = timedelta(days=7)
    confirm_deadline: timedelta = timedelta(hours=48)
    reminder: timedelta = timedelta(days=1)
    patience: timedelta = timedelta(days=3)
    longest_wait: timedelta = timedelta(days=7)
    longest_scheduled: timedelta = timedelta(minutes=5)
    longest_hold: timedelta = timedelta(days=1)
    permit_life: timedelta = timedelta(seconds=60)
    faults_before_attention: int = 20
    loops_before_attention: int = 12
    refusals_before_attention: int = 3
    batch: int = 12
    parallel: int = 6

    @property
    def connect_timeout(self) -> timedelta:
        """To open a connection: a host that does not answer soon does not answer."""
        return min(CONNECT_AT_MOST, self.call_timeout)

    @property
    def longest_call(self) -> timedelta:
        """The longest that one call can take, name resolution aside: to connect, to send, to the first piece of the
        answer, and for its body."""
        return self.connect_timeout + 3 * self.call_timeout

    @property
    def write_window(self) -> timedelta:
        """How long after the claim was taken a write may still start: the claim outlasts it by a whole call and the
        margin."""
        return self.claim - self.longest_call - self.margin

    @property
    def retries(self) -> Backoff:
        """Between tries of a call that failed."""
        return Backoff(self.first_retry, self.longest_retry)

    @property
    def looks(self) -> Backoff:
        """Between looks at something that passes by itself."""
        return Backoff(self.settle_poll, self.recheck)

    @property
    def slow_looks(self) -> Backoff:
        """Between looks at something that has not passed for about a day."""
        return Backoff(self.settle_poll, self.slow_recheck)
