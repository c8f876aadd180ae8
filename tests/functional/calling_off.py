"""A world whose offboarding is withdrawn at a chosen call, and what its tenant looks like before and after."""

from __future__ import annotations

from typing import Any

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, SeatsSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.people.actor import Actor, ActorType
from shared.operations.withdraw import CalledOff, NotWithdrawableError, withdraw

REQUESTER = Actor(ActorType.PERSON, "p-1", "Ms. Requester")
State = dict[str, tuple[object, ...]]


def everything(name: str = "Everything") -> CustomerSpec:
    """One of every kind of holding, in and past its window."""
    return b.customer(
        name,
        b.legacy(name="Legacy"),
        b.legacy_add_on("Legacy", name="Legacy add-on"),
        b.legacy_azure(name="Legacy Azure"),
        b.nce(name="Base", quantity=7),
        b.add_on("Base"),
        b.nce_past_window(name="Renewing"),
        b.nce_drifting(name="Drifting"),
        b.nce_suspended_past_window(name="Suspended"),
        b.nce_past_window(name="Seated", quantity=25, seats_added=(SeatsSpec(quantity=5, added="-P2D"),)),
        b.trial(name="Trial"),
        b.azure_plan(2, 1, name="Azure plan"),
        b.savings_plan(name="Savings plan"),
        b.software(name="Software"),
        b.software_past_window(name="Late software"),
        b.marketplace(name="Marketplace"),
        b.marketplace_past_window(annual=True, name="Late marketplace"),
        b.perpetual(name="Perpetual"),
        b.reservation(name="Reservation"),
        b.reservation_not_refundable(name="Kept reservation", renew=True),
        b.gdap(),
    )


class CallsOff(CrashPoints):
    """Somebody else withdraws the offboarding right after the tenant answered call number `at_call`."""

    def __init__(self, at_call: int, at: int | None = None) -> None:
        super().__init__(at)
        self.at_call = at_call
        self.world: World | None = None
        self.request = ""
        self.said = self.refused = self._saying = False

    def watch(self, world: World, request: str) -> None:
        self.world, self.request = world, request

    def here(self, name: str) -> None:
        super().here(name)
        if self.world is None or self.said or self._saying:
            return
        if len(self.world.simulator.journal.since(0)) >= self.at_call:
            self._saying = True
            try:
                self.say(self.world)
            finally:
                self._saying = False

    def say(self, world: World) -> None:
        """Withdraw; a person whose call was cut off says it again."""
        try:
            found = withdraw(offboarding_id(self.request), CalledOff(REQUESTER, "a mistake"), world.services)
        except NotWithdrawableError:
            self.said = self.refused = True
            return
        self.said = found is not None


def state(world: World) -> State:
    """What the customer holds, by the keys of the holdings, as the tenant itself knows it."""
    store, found = world.simulator.store, State()
    for one in store.subscriptions:
        terms = (one.auto_renew, one.scheduled_actions, one.next_term, one.next_charge)
        key = f"savingsplan:{one.savings_plan_id}" if one.savings_plan_id else f"subscription:{one.id}"
        found[key] = (one.status, one.quantity, *terms)
    for child in store.entitlements:
        found[f"azure:{child.plan_id}/{child.id}"] = (child.next_status or child.status,)
    for item in store.reservations:
        found[f"reservation:{item.reservation_order_id}/{item.id}"] = (item.state, item.quantity, item.renew)
    for order in store.orders:
        for line in order.lines:
            if line.subscription_id is None:
                found[f"order:{order.id.casefold()}/{line.number}"] = (line.cancelled, line.quantity)
    return found


def differences(before: State, after: State) -> set[str]:
    """The keys of what is not as it was."""
    return {key for key in (*before, *after) if before.get(key) != after.get(key)}


def listed(item: Any) -> set[str]:
    """The keys of what an offboarding or an event's data says it could not put back."""
    if isinstance(item, dict):
        return {entry["holding"] for entry in item.get("notRestored", ())}
    return {entry.key for entry in item.not_restored}
