"""Trouble for a world: fault rules for its simulator, and what the journal says about the calls that followed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.world import World
from shared.domain.offboarding.record import Offboarding

SHORT = timedelta(days=30)


def arm(world: World, *rules: dict[str, Any]) -> None:
    """Post fault rules; they count only calls from now on."""
    answer = world.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode(list(rules))))
    assert answer.status < 300, answer.body


def mutate(world: World, change: dict[str, Any]) -> None:
    """Change the simulated tenant, as an administrator of the customer would."""
    answer = world.simulator.handle(Request.of("POST", "/_simulator/mutate", {}, encode(change)))
    assert answer.status < 300, answer.body


def offboarded(
    customer: CustomerSpec, *rules: dict[str, Any], within: timedelta = SHORT, **fields: Any
) -> tuple[World, Offboarding]:
    """A world in which `customer` was offboarded as far as it goes within that time; Azure is quicker than usual."""
    world = World(scenario=Scenario(customers=(customer,), knobs=Knobs(entitlement_lag=timedelta(minutes=1))))
    arm(world, *rules)
    request = world.ask(customer, **fields)
    world.run(for_at_most=within)
    return world, world.offboarding(request)


def is_removal(entry: dict[str, Any], customer: str) -> bool:
    """A PATCH of the customer itself: the removal of the relationship, or of delegated access right before it."""
    return entry["method"] == "PATCH" and str(entry["path"]).lower() == f"/v1/customers/{customer}"


def refused_removals(world: World, customer: str) -> int:
    """How often the tenant itself (no injected answer) refused a removal."""
    return sum(
        is_removal(entry, customer) and entry["status"] >= 400 and not set(entry["faults"]) - {"mutate"}
        for entry in world.journal()
    )


def service_of(path: str) -> str:
    """Which service a path belongs to, by the paths of their documentation."""
    if "/oauth2/" in path or path.endswith("/openid-configuration"):
        return "sign-in"
    if path.startswith("/providers/"):
        return "azure"
    return "graph" if path.startswith("/v1.0/") else "partner center"


def assert_waited(world: World, wait: timedelta) -> None:
    """I7: after each 429, no call to the same service before `wait` has passed in business time."""
    entries = world.journal()
    for number, entry in enumerate(entries):
        if entry["status"] != 429:
            continue
        silent_until = datetime.fromisoformat(entry["time"]) + wait
        for later in entries[number + 1 :]:
            if service_of(later["path"]) == service_of(entry["path"]):
                assert datetime.fromisoformat(later["time"]) >= silent_until, f"{later} came too early after {entry}"


def assert_once_each(world: World) -> None:
    """I2: never two effective suspensions or cancellations of a holding, where nobody switches anything on again."""
    ended = ("subscription.suspended", "subscription.cancelled", "entitlement.cancelled", "reservation.returned")
    counted = Counter(
        (effect["effect"], effect["holding"])
        for entry in world.journal()
        for effect in entry["effects"]
        if effect["effect"] in ended
    )
    assert all(times == 1 for times in counted.values()), counted
