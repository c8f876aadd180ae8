"""What holds where nothing else is said: the policy, the pace, and what a record presumes of what it was not told."""

from datetime import timedelta

from shared.domain.backoff import Backoff
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.pace import Pace
from shared.domain.policy import Partner, Policy
from tests.unit.domain.support import NOW, holding


def test_the_default_policy_is_the_safe_one() -> None:
    assert Policy().narrowed(()) == Policy(
        strict_nce=True,
        refund_reservations=True,
        cancel_marketplace=True,
        terminate_gdap=True,
        wait_for_transfers=True,
        perpetual_past_window_blocks=False,
        reactivate_suspended=False,
        reseller=None,
        indirect=False,
    )
    assert Partner("t") == Partner(tenant_id="t", protected_customers=frozenset(), indirect_provider=False)


def test_the_default_pace() -> None:
    pace = Pace()

    assert pace == Pace(
        claim=timedelta(seconds=900),
        call_timeout=timedelta(seconds=60),
        margin=timedelta(seconds=30),
        work_budget=timedelta(seconds=300),
        sweep_grace=timedelta(seconds=300),
        first_retry=timedelta(seconds=30),
        longest_retry=timedelta(seconds=3600),
        shortest_wait=timedelta(seconds=5),
        settle_poll=timedelta(seconds=120),
        settle_deadline=timedelta(days=1),
        recheck=timedelta(seconds=3600),
        slow_recheck=timedelta(seconds=6 * 3600),
        renewal_job=timedelta(days=1),
        warn_before_window=timedelta(days=2),
        vanish_proof=timedelta(seconds=600),
        absence_proof=timedelta(days=7),
        confirm_deadline=timedelta(days=2),
        reminder=timedelta(seconds=86400),
        patience=timedelta(days=3),
        longest_wait=timedelta(seconds=7 * 86400),
        longest_scheduled=timedelta(seconds=300),
        longest_hold=timedelta(days=1),
        permit_life=timedelta(minutes=1),
        faults_before_attention=20,
        loops_before_attention=12,
        refusals_before_attention=3,
        batch=12,
        parallel=6,
    )
    assert pace.retries == Backoff(timedelta(seconds=30), timedelta(hours=1))
    assert pace.looks == Backoff(timedelta(minutes=2), timedelta(hours=1))
    assert pace.slow_looks == Backoff(timedelta(minutes=2), timedelta(hours=6))


def test_a_claim_outlasts_the_work_and_the_last_call() -> None:
    pace = Pace()

    assert pace.work_budget < pace.claim - pace.call_timeout - pace.margin
    assert pace.permit_life <= timedelta(seconds=60)


def test_a_fresh_record_presumes_nothing() -> None:
    action = ActionRecord(ActionKind.CANCEL, 1, "r", ActionState.INTENDED, NOW)
    assert action == ActionRecord(
        kind=ActionKind.CANCEL,
        n=1,
        request_id="r",
        state=ActionState.INTENDED,
        intended_at=NOW,
        answered_at=None,
        status=None,
        code="",
        detail="",
        retry_at=None,
        tries=1,
        window=None,
        pending=False,
        advice="",
        lesson=None,
        since=None,
        closes_at=None,
        refused=False,
    )

    item = holding(HoldingKind.NCE_LICENCE)
    fresh = HoldingRecord(item, NOW, NOW)
    assert fresh.last is None
    assert fresh == HoldingRecord(
        holding=item,
        first_seen_at=NOW,
        changed_at=NOW,
        missing_since=None,
        before_image="",
        actions=(),
        blocker=None,
        stayed=False,
        no_refund=False,
        blocked_since=None,
    )
