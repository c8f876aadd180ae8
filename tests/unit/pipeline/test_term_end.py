"""A licence outside its window: its end with the term is recorded at Microsoft, whatever its renewal was set to."""

from datetime import datetime, timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.states import Status
from tests.functional.customers import late
from tests.unit.support.worlds import head, missing, waiting

CANCEL_AT_TERM_END = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def licence(renews: bool | None, scheduled: bool = False) -> CustomerSpec:
    return CustomerSpec(name="Small", subscriptions=(late(auto_renew=renews, scheduled_cancel=scheduled),))


def schedule(world: World) -> list[dict[str, str]]:
    """The scheduled actions that the tenant has for the one licence, without their dates."""
    actions = world.tenant()[0]["subscriptions"][0]["scheduledActions"]
    return [{name: item[name] for name in ("scheduleType", "actionType")} for item in actions]


def writes(world: World) -> int:
    return sum(entry["method"] == "PATCH" and "/subscriptions/" in entry["path"] for entry in world.journal())


@pytest.mark.parametrize("renews", [True, False, None])
def test_a_cancel_is_recorded_at_the_term_end_even_where_it_did_not_renew(renews: bool | None) -> None:
    """Auto-renew off alone rolls into a paid extended term."""
    world, identity = waiting(licence(renews))
    (record,) = world.store.holdings(identity).values()

    assert schedule(world) == CANCEL_AT_TERM_END
    assert world.tenant()[0]["subscriptions"][0]["autoRenew"] is False
    assert writes(world) == 1
    assert [(item.kind, item.state) for item in record.actions] == [(ActionKind.END_AT_TERM, ActionState.CONFIRMED)]
    assert record.holding.ends_at_term


@pytest.mark.parametrize("renews", [True, False])
def test_what_is_waited_for_is_the_term_end_and_paid_until_then(renews: bool) -> None:
    world, identity = waiting(licence(renews))
    ends = datetime.fromisoformat(world.tenant()[0]["subscriptions"][0]["termEndsAt"].replace("Z", "+00:00"))
    found = head(world, identity)
    (blocker,) = found.blockers

    assert found.status is Status.WAITING
    assert (blocker.cause, blocker.remedy) == (Cause.IN_TERM, Remedy.DATE)
    assert (blocker.until, blocker.paid_until, found.paid_until) == (ends, ends, ends)


def test_an_end_that_is_recorded_already_is_not_written_again() -> None:
    world, identity = waiting(licence(renews=False, scheduled=True))

    assert schedule(world) == CANCEL_AT_TERM_END
    assert writes(world) == 0
    assert not next(iter(world.store.holdings(identity).values())).actions


@pytest.mark.parametrize("renews", [True, False])
def test_it_is_removed_after_the_term_and_never_in_it(renews: bool) -> None:
    world, identity = waiting(licence(renews))
    ends = head(world, identity).paid_until or missing()
    world.run(for_at_most=ends - world.clock.now() - timedelta(seconds=1))
    assert head(world, identity).status is Status.WAITING
    assert head(world, identity).removal is None

    world.run(for_at_most=timedelta(days=9))
    found = head(world, identity)
    assert found.status is Status.REMOVED
    assert (found.removal or missing()).intended_at > ends
