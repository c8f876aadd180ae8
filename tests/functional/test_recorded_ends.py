"""The end of a term is recorded whoever switched the renewal off, and is tried until it shows: else a licence rolls
into a paid extended term."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.test_window_signs import days
from tests.functional.trouble import arm

PATCH = {"method": "PATCH", "pathRegex": "/subscriptions/"}


def answered(status: int, code: str, times: int) -> dict[str, Any]:
    return {"match": {**PATCH, "times": times}, "action": {"type": "status", "status": status, "code": code}}


TROUBLE: dict[str, tuple[dict[str, Any], ...]] = {
    "none": (),
    "not eligible, once": (answered(400, "800093", 1),),
    "not eligible, often": (answered(400, "800093", 5),),
    "not valid, once": (answered(400, "800002", 1),),
    "not valid, twice": (answered(400, "800002", 2),),
    "a code that nobody knows": (answered(400, "999999", 3),),
    "no updates for now": (answered(400, "900280", 12),),
    "forbidden": (answered(403, "2006", 2),),
    "an outage": (answered(500, "800003", 8),),
    "accepted and ignored": (answered(200, "", 7),),
}


@pytest.mark.long
@pytest.mark.parametrize("renews", [True, False])
@pytest.mark.parametrize("ends", ["+P5D", "+P12D", "+P40D"])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_the_end_is_recorded_before_the_term_ends(trouble: str, ends: str, *, renews: bool) -> None:
    customer = b.customer("Ends", b.nce_past_window(ends, auto_renew=renews))
    world = World(customer)
    arm(world, *TROUBLE[trouble])
    request = world.ask(customer)
    recorded = False
    for _ in range(45):
        days(world, 1)
        if world.offboarding(request).status is Status.REMOVED:
            break
        one = world.tenant()[0]["subscriptions"][0]
        assert not one["extended"]
        recorded |= "Cancel" in {action["actionType"] for action in one["scheduledActions"]}

    assert recorded
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.parametrize("backfill", ["open", "all"])
def test_an_end_that_microsoft_replaced_by_an_extended_term_is_recorded_again(backfill: str) -> None:
    customer = b.customer("Stamped", b.nce_past_window("+P20D", auto_renew=False))
    world = World(scenario=b.scenario(customer, est_backfill=backfill, est_backfill_on="2026-06-10"))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=19))
    one = world.tenant()[0]["subscriptions"][0]
    assert {action["actionType"] for action in one["scheduledActions"]} == {"Cancel"}

    world.run(for_at_most=timedelta(days=9))
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.long
def test_what_microsoft_never_records_is_tried_about_weekly_and_its_record_stays_small() -> None:
    customer = b.customer("Never", b.nce(started="-P30D", term="P3Y", auto_renew=False))
    world = World(scenario=b.scenario(customer, scheduled_actions="refused"))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=700))

    tries = sum(entry["method"] == "PATCH" for entry in world.journal())
    assert 80 <= tries <= 130
    assert world.offboarding(request).status is Status.WAITING
    (record,) = world.store.holdings(world.offboarding(request).id).values()
    assert len(record.actions) <= 5
