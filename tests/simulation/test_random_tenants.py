"""Any customer at all: what the pipeline decides agrees with the tenant's own rules, which it has never seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
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


def check_customer(customer: CustomerSpec, also_asked: list[str], commitments: str) -> None:
    world = World(customer, BYSTANDER)
    main = world.ask(customer, commitments=commitments)
    expected: dict[str, set[Status]] = {}
    for wish in also_asked:
        expected |= ask_also(world, customer, wish, commitments)
    world.run(for_at_most=WITHIN)

    offboarding = world.offboarding(main)
    note(f"{offboarding.status} {offboarding.reason}")
    check_invariants(world)
    check_rest(world, offboarding)
    for request, statuses in expected.items():
        assert world.offboarding(request).status in statuses, request
    assert len(world.all()) == 1 + len(also_asked) - ("again" in also_asked)
    touched = {entry["customer"] for entry in world.journal() if entry["effects"]}
    assert touched <= {offboarding.customer_id}, "I6: another customer was touched"


def ask_also(world: World, customer: CustomerSpec, wish: str, commitments: str) -> dict[str, set[Status]]:
    """One more message for the same customer, with the states in which its own record may end."""
    if wish == "unreadable":
        world.drop(b"not a request", message_id="odd")
        return {}
    if wish == "again":
        world.ask(customer, commitments=commitments)
        return {}
    if wish == "dry":
        return {world.ask(customer, requestId="dry", commitments=commitments, dryRun=True): {Status.PLANNED}}
    if wish == "joins":
        return {world.ask(customer, requestId="joins", commitments=commitments): {Status.JOINED}}
    other = "stop_and_report" if commitments == "wait_for_term_end" else "wait_for_term_end"
    return {world.ask(customer, requestId="differs", commitments=other): {Status.REJECTED}}


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
QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
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
