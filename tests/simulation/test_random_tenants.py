"""Any customer at all: what the pipeline decides agrees with the tenant's own rules, which it has never seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.offboarding import Offboarding, Status
from tests.functional.checks import check_invariants
from tests.functional.customers import removable
from tests.simulation.tenants import ALSO_ASKED, CUSTOMERS

RESTS = {Status.REMOVED, Status.NEEDS_ATTENTION, Status.WAITING, Status.STOPPED}
WITHIN = timedelta(days=4)
BYSTANDER = removable("Bystander")
OTHER = {"wait_for_term_end": "stop_and_report", "stop_and_report": "wait_for_term_end"}


def check_customer(customer: CustomerSpec, also_asked: list[str], commitments: str) -> None:
    world = World(customer, BYSTANDER)
    main = world.ask(customer, commitments=commitments)
    for wish in also_asked:
        ask_also(world, customer, wish, commitments)
    world.run(for_at_most=WITHIN)

    first = world.offboarding(main)
    note(f"{first.status} {first.reason}")
    check_invariants(world)
    check_others(world, first, also_asked)
    if first.status is Status.STOPPED:
        # It touched nothing and made room: the request with other options, if any, went its own way.
        if "differs" in also_asked:
            check_rest(world, world.offboarding("differs"))
        else:
            assert not any(entry["effects"] for entry in world.journal())
    else:
        check_rest(world, first)
    assert len(world.all()) == 1 + len(also_asked) - ("again" in also_asked)
    touched = {entry["customer"] for entry in world.journal() if entry["effects"]}
    assert touched <= {first.customer_id}, "I6: another customer was touched"


def ask_also(world: World, customer: CustomerSpec, wish: str, commitments: str) -> None:
    """One more message for the same customer."""
    if wish == "unreadable":
        world.drop(b"not a request", message_id="odd")
    elif wish == "again":
        world.ask(customer, commitments=commitments)
    elif wish == "differs":
        world.ask(customer, requestId=wish, commitments=OTHER[commitments])
    else:
        world.ask(customer, requestId=wish, commitments=commitments, dryRun=wish == "dry")


def check_others(world: World, first: Offboarding, also_asked: list[str]) -> None:
    """A live offboarding is joined or in the way; a dry run only plans; each request has its own record."""
    over = first.status is Status.STOPPED
    expected = {
        "dry": {Status.PLANNED},
        "joins": {Status.STOPPED, Status.REJECTED} if over else {Status.JOINED},
        "differs": RESTS if over else {Status.REJECTED},
    }
    for wish in also_asked:
        if wish in expected:
            assert world.offboarding(wish).status in expected[wish], wish


def check_rest(world: World, offboarding: Offboarding) -> None:
    """Where it rests, and that the tenant agrees with the reason."""
    tenant = world.tenant()[0]
    blocked = {str(blocker["id"]).lower() for blocker in tenant["blockers"]}
    assert offboarding.status in RESTS
    assert offboarding.reason is not None
    if offboarding.status is Status.REMOVED:
        assert tenant["relationship"] == "none"
        assert not blocked
        return
    assert tenant["relationship"] == "reseller"
    assert blocked, "nothing blocks, yet it is not removed"
    if offboarding.status is not Status.STOPPED:
        assert offboarding.next_attempt_at is not None
        ours = " ".join(blocker.key for blocker in offboarding.blockers).lower()
        assert any(key in ours for key in blocked), f"{ours} does not name any of {blocked}"


COMMITMENTS = st.sampled_from(("wait_for_term_end", "wait_for_term_end", "stop_and_report"))
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    # Examples are small, and making them smaller takes minutes: the thorough run does that.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
THOROUGH = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(CUSTOMERS, ALSO_ASKED, COMMITMENTS)
def test_any_customer(customer: CustomerSpec, also_asked: list[str], commitments: str) -> None:
    check_customer(customer, also_asked, commitments)


@pytest.mark.slow
@pytest.mark.timeout(900)
@THOROUGH
@given(CUSTOMERS, ALSO_ASKED, COMMITMENTS)
def test_any_of_many_customers(customer: CustomerSpec, also_asked: list[str], commitments: str) -> None:
    check_customer(customer, also_asked, commitments)
