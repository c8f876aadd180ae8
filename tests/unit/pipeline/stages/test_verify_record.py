"""What verify records of the gate's verdict, and where it sends an offboarding that does not have to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.errors import NoRelationshipError
from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.records import Collection, ScheduledAction, Subscription
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage
from shared.pipeline.core.outcome import Attention, Next
from shared.pipeline.core.session import Session
from shared.pipeline.stages.verify import verify
from tests.unit.support.scripted import (
    NOW,
    OFFBOARDING,
    Tenant,
    complete,
    legacy,
    licence,
    noted,
    session_at,
    stored,
)

GONE = NoRelationshipError("no relationship", status=404, remote_code="20002")


def verifying(tenant: Tenant, **fields: Any) -> Session:
    return session_at(Stage.VERIFY, tenant, **fields)


def holding(*items: Subscription, **fields: Any) -> Session:
    """A session over a tenant with these subscriptions."""
    return verifying(Tenant(subscriptions=complete(*items)), **fields)


def dated(ends: timedelta, identity: str = "licence-1") -> Subscription:
    """Out of its window, with its end recorded: only its date takes it away."""
    return licence(identity, ends=ends, auto_renew=False, scheduled_actions=(ScheduledAction("TermEnd", "Cancel"),))


def test_nothing_active_leads_to_the_removal() -> None:
    session = holding(legacy(status="suspended"), licence(status="deleted"))

    outcome = verify(session)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.REMOVE, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "clear"
    assert outcome.reason.text == "nothing is active any more (2 holdings)"
    assert noted(session, "gate") == ["nothing left to do, nothing in the way"]


def test_every_blocker_is_kept_on_its_holding_and_the_first_twenty_on_the_head() -> None:
    names = [f"licence-{number:02}" for number in range(25)]
    session = holding(*(dated(timedelta(days=9), name) for name in names))

    verify(session)

    head = stored(session)
    assert (len(head.blockers), head.blocker_count) == (20, 25)
    assert [item.name for item in head.blockers] == names[:20]
    assert head.paid_until == NOW + timedelta(days=9)
    told = noted(session, "gate")
    assert told[0].startswith("nothing left to do; in the way: licence-00 is outside its cancellation window")
    assert told[0].count("licence-") == 5
    assert told[0].endswith("and 20 more")
    kept = session.services.store.holdings(OFFBOARDING)
    assert {record.blocker for record in kept.values()} >= set(head.blockers)
    assert all(record.blocker is not None for record in kept.values())


def test_as_many_steps_are_told_as_the_plan_has_actions() -> None:
    """One of them is waited for as well: it is set to end with its term."""
    ending = licence("licence-2", ends=timedelta(days=9))
    session = holding(legacy(), ending)

    verify(session)

    (told,) = noted(session, "gate")
    assert told.startswith("2 steps planned; in the way: licence-2 can only end with its term")


def test_a_blocker_that_is_gone_is_taken_off_its_holding_and_off_the_head() -> None:
    seen = subscription_holding(legacy(status="suspended"))
    old = Blocker(seen.key, seen.name, Cause.ACTION_DUE, Remedy.PIPELINE, "is active and has to be suspended")
    record = HoldingRecord(seen, NOW, NOW, blocker=old)
    session = holding(legacy(status="suspended"), records=(record,), blockers=(old,), blocker_count=1, paid_until=NOW)

    assert isinstance(verify(session), Next)
    head = stored(session)
    assert (head.blockers, head.blocker_count, head.paid_until) == ((), 0, None)
    assert session.services.store.holdings(OFFBOARDING)[seen.key].blocker is None


def test_a_blocker_that_changes_is_stored_anew() -> None:
    session = holding(dated(timedelta(days=9)))
    verify(session)
    tenant: Any = session.services.partner_center
    tenant.subscriptions = complete(dated(timedelta(days=8)))
    verify(session)

    (record,) = session.services.store.holdings(OFFBOARDING).values()
    assert record.blocker is not None
    assert record.blocker.until == NOW + timedelta(days=8)


# Gone.


def test_a_customer_who_is_gone_without_a_removal_of_ours_goes_to_the_proofs() -> None:
    tenant = Tenant(profile=GONE)
    outcome = verify(verifying(tenant))

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.CONFIRM, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "gone_without_us"
    assert sorted(tenant.names) == ["customer", "entitlements", "orders", "subscriptions", "transfers"]


@pytest.mark.parametrize(
    "intent", [RemovalIntent(1, "r-1", NOW), RemovalIntent(1, "r-1", NOW, state=RemovalState.WITHOUT_EFFECT)]
)
def test_a_customer_who_is_gone_after_an_intent_goes_to_the_removal_which_probes(intent: RemovalIntent) -> None:
    outcome = verify(verifying(Tenant(profile=GONE), removal=intent))

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.REMOVE, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "gone_after_intent"


# Work.

IN_WINDOW = licence("in-window", window=timedelta(days=1))
NO_END = licence("no-end", ends=None)


@pytest.mark.parametrize(
    ("items", "stage"),
    [
        ((legacy(),), Stage.SUSPEND),
        ((IN_WINDOW,), Stage.CANCEL),
        ((licence(),), Stage.CANCEL),
        ((legacy(), IN_WINDOW), Stage.SUSPEND),
        ((NO_END, IN_WINDOW), Stage.CANCEL),
        ((NO_END, dated(timedelta(hours=1)), legacy()), Stage.SUSPEND),
    ],
)
@pytest.mark.parametrize("returns", [0, 11])
def test_work_that_is_due_comes_before_everything_else(
    items: tuple[Subscription, ...], stage: Stage, returns: int
) -> None:
    session = holding(*items, counters=Counters(1, returns, 2, 30))

    outcome = verify(session)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (stage, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "work_left"
    assert outcome.reason.text == f"the fresh inventory shows work for {stage.value}"
    assert session.offboarding.counters == Counters(1, returns + 1, 2, 0)


@pytest.mark.parametrize("returns", [12, 13])
def test_going_back_to_work_is_bounded(returns: int) -> None:
    session = holding(legacy(), counters=Counters(1, returns, 2, 3))

    outcome = verify(session)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "no_progress"
    assert f"{returns} times" in outcome.reason.text
    assert outcome.reason.operator_action
    # One way back is free again, so that the look of the next day can do something.
    assert session.offboarding.counters == Counters(1, returns - 1, 2, 3)


def test_waiting_forgets_the_returns_and_counts_the_looks() -> None:
    session = holding(dated(timedelta(days=9)), counters=Counters(1, 12, 2, 3))

    verify(session)

    assert session.offboarding.counters == Counters(1, 0, 2, 4)


def test_an_inventory_that_is_not_complete_is_no_clear_one() -> None:
    outcome = verify(verifying(Tenant(orders=Collection((), 1))))

    assert not isinstance(outcome, Next)


def test_the_other_customer_of_another_relationship_is_not_removed() -> None:
    tenant = Tenant()
    tenant.profile = replace(_profile(tenant), relationship="advisor")

    outcome = verify(verifying(tenant))

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == Cause.UNKNOWN_STATUS.value


def _profile(tenant: Tenant) -> Any:
    return tenant.profile
