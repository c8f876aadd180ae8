"""What an approver sees: for each holding what will be done, when, for how long it is paid, and what it refunds."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from local.simulator.scenario.models import CustomerSpec, ReservationSpec
from local.world.world import World
from shared.domain.decisions.planned_steps import digest_of, planned_steps
from shared.operations.show import show
from shared.pipeline.core.session import Session
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.test_approval import asking, awaiting, decide

CUSTOMER = CustomerSpec(
    name="Seen",
    subscriptions=(legacy(), nce("New"), late("Late", "+P20D"), azure_plan("Production")),
    reservations=(ReservationSpec(name="First", refund_usd=1180.5), ReservationSpec(name="Second", refund_usd=19.5)),
)
MANY = CustomerSpec(name="Many", subscriptions=tuple(nce(f"Number {n:02}") for n in range(25)))


def seen(world: World, request: str) -> Any:
    shown = show(world.offboarding(request).id, world.services)
    assert shown is not None
    return json.loads(shown.view.to_json())


def test_each_holding_shows_what_will_be_done_about_it() -> None:
    world, request = asking(CUSTOMER)
    view = seen(world, request)
    planned = {item["name"]: item["planned"] for item in view["holdings"]}
    term_end = next(item["termEndsAt"] for item in view["holdings"] if item["name"] == "Late")
    assert {name: (one.get("action"), one["irreversible"]) for name, one in planned.items()} == {
        "Legacy E3": ("suspend", False),
        "New": ("cancel", True),
        "Late": ("end_at_term", False),
        "Azure plan": ("suspend_azure_plan", False),
        "Production": ("cancel_azure_subscription", False),
        "First": ("return_reservation", True),
        "Second": ("return_reservation", True),
    }
    assert (planned["Late"]["at"], planned["Late"]["paidUntil"]) == (term_end, term_end)
    assert "at" not in planned["New"]
    assert planned["New"]["closesAt"]
    assert planned["First"]["refund"]["currency"] == "USD"
    assert float(planned["First"]["refund"]["amount"]) == 1180.5
    assert "refund" not in planned["New"]


def test_the_plan_has_the_sums_and_the_digest_of_what_is_listed() -> None:
    world, request = asking(CUSTOMER)
    view = seen(world, request)
    plan = view["plan"]
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    steps = planned_steps(Session(stored, world.services).situation)
    listed = [word for item in view["holdings"] for word in _words(item["planned"])]
    assert sorted(listed) == sorted(
        step.action for step in steps if step.key in Session(stored, world.services).records
    )
    assert plan["digest"] == digest_of(steps)
    assert plan["irreversibleSteps"] == sum(step.irreversible for step in steps) == 5
    assert [(item["currency"], float(item["amount"])) for item in plan["refunds"]] == [("USD", 1200.0)]
    late_end = next(item["termEndsAt"] for item in view["holdings"] if item["name"] == "Late")
    assert plan["paidUntil"] == late_end


def _words(planned: dict[str, Any]) -> list[str]:
    return [*([planned["action"]] if "action" in planned else []), *planned.get("then", [])]


def test_the_event_that_asks_tells_the_same_and_no_other_does() -> None:
    world, request = asking(CUSTOMER)
    view = {item["key"]: item["planned"] for item in seen(world, request)["holdings"]}
    [asked] = [event["data"] for event in world.events(request) if event["type"] == "offboarding.awaiting_approval.v1"]
    assert {one["holding"]: one for one in asked["planned"]} == view
    assert asked["plannedCount"] == len(view)
    irreversible = [one["irreversible"] for one in asked["planned"]]
    assert irreversible == sorted(irreversible, reverse=True), "what nothing puts back comes first"
    assert asked["plan"]["irreversibleSteps"] == 5
    decide(world, request)
    world.run(for_at_most=timedelta(hours=6))
    others = [event for event in world.events(request) if event["type"] != "offboarding.awaiting_approval.v1"]
    assert not [event for event in others if "planned" in event["data"]]
    assert not [item for item in seen(world, request)["holdings"] if "planned" in item]


def test_an_event_tells_the_first_twenty_and_how_many_there_are() -> None:
    world, request = asking(MANY)
    [asked] = [event["data"] for event in world.events(request) if event["type"] == "offboarding.awaiting_approval.v1"]
    assert (len(asked["planned"]), asked["plannedCount"]) == (20, 25)
    assert len(seen(world, request)["holdings"]) == 25


def test_what_begins_later_says_when() -> None:
    """A renewal before the start is stopped at once, so the approval is asked for now."""
    customer = CustomerSpec(name="Later", subscriptions=(nce("New"), late("Renews", "+P8D", auto_renew=True)))
    world = World(customer, OFFBOARDING_APPROVAL="always")
    start = world.clock.now() + timedelta(days=10)
    request = world.ask(customer, notBefore=start.isoformat(), renewals="end_with_term")
    world.run(for_at_most=timedelta(hours=6))
    awaiting(world, request)
    planned = {item["name"]: item["planned"] for item in seen(world, request)["holdings"]}
    at = start.isoformat().replace("+00:00", "Z")
    assert planned["New"]["earliestAt"] == at
    assert planned["New"]["closesAt"] < at < planned["New"]["at"] == planned["New"]["paidUntil"]
    assert planned["Renews"]["at"] == planned["Renews"]["paidUntil"] < at
