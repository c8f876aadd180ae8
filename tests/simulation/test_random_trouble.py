"""Any customer, any few faults and any crash at once: whatever the outcome, it did no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.offboarding.states import TERMINAL, Status
from tests.functional.checks import check_invariants
from tests.functional.trouble import arm, assert_once_each, assert_waited
from tests.simulation.questions import COMMITMENTS
from tests.simulation.tenants import CUSTOMERS

WITHIN = timedelta(days=4)
RETRY_AFTER = timedelta(seconds=57)
ACTIONS: tuple[dict[str, Any], ...] = (
    {"type": "throttle", "retryAfter": RETRY_AFTER.seconds},
    {"type": "status", "status": 500},
    {"type": "status", "status": 401, "code": "0"},
    {"type": "status", "status": 403, "code": "20002"},
    {"type": "status", "status": 404, "code": "1000"},
    {"type": "status", "status": 409, "code": "800082", "headers": {"Retry-After": "120"}},
    {"type": "html"},
    {"type": "delay", "seconds": 61},
    {"type": "dropBefore"},
    {"type": "dropAfter"},
    {"type": "empty"},
    {"type": "truncate", "keep": 1},
)
FAULT = st.tuples(st.integers(1, 90), st.sampled_from(ACTIONS))
FAULTS = st.lists(FAULT, min_size=1, max_size=4, unique_by=lambda fault: fault[0])
CRASH = st.one_of(st.none(), st.integers(1, 200))


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(CUSTOMERS, FAULTS, COMMITMENTS, CRASH)
def test_any_customer_in_any_trouble(
    customer: CustomerSpec, faults: list[tuple[int, dict[str, Any]]], commitments: str, crash: int | None
) -> None:
    world = World(customer, crash=CrashPoints(crash))
    arm(world, *({"match": {"nth": number}, "action": action} for number, action in faults))
    request = world.ask(customer, commitments=commitments)
    world.run(for_at_most=WITHIN)

    offboarding = world.offboarding(request)
    note(f"{offboarding.status} {offboarding.reason}")
    check_invariants(world)
    assert_once_each(world)
    if crash is None or not died_after_a_call(world, crash):
        assert_waited(world, RETRY_AFTER)
    if offboarding.status is Status.REMOVED:
        assert world.tenant()[0]["relationship"] == "none"
    if offboarding.status in {Status.STOPPED, Status.REJECTED}:
        assert not any(entry["effects"] for entry in world.journal())
    assert offboarding.status in TERMINAL or offboarding.next_attempt_at is not None


def died_after_a_call(world: World, crash: int) -> bool:
    """Killed before the answer was looked at: nobody knows that it may have asked to wait."""
    died_at = world.crash.passed[crash - 1] if len(world.crash.passed) >= crash else ""
    return died_at.startswith(("after GET", "after PATCH", "after POST"))
