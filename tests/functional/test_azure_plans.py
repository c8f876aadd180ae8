"""Azure plans in every state whose list of Azure subscriptions answers oddly: nothing hangs, nothing goes too early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import AzureSubscriptionSpec, CustomerSpec, SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from local.simulator.tenant.kinds import Status as Shown
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_effects, check_outcomes
from tests.functional.customers import azure_plan
from tests.functional.trouble import arm, offboarded

BELOW = {"method": "GET", "pathRegex": "/azureEntitlements$"}
ENDED = (Shown.DELETED, Shown.EXPIRED, Shown.DISABLED)
ANSWERS = [(404, "20003"), (404, "1000"), (403, "20002"), (403, "2032"), (400, "2011"), (400, "800002")]


def plan(status: Shown, name: str = "Azure plan") -> SubscriptionSpec:
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, name=name, status=status)


def refusing(status: int, code: str, times: int | None = None) -> dict[str, Any]:
    return {"match": {**BELOW, "times": times}, "action": {"type": "status", "status": status, "code": code}}


@pytest.mark.long
@pytest.mark.parametrize("status", ENDED)
def test_nothing_is_read_below_a_plan_that_has_ended(status: Shown) -> None:
    for answer in ANSWERS:
        world, offboarding = offboarded(CustomerSpec(name="Over", subscriptions=(plan(status),)), refusing(*answer))
        assert offboarding.status is Status.REMOVED, (answer, offboarding.reason)
        assert not [entry for entry in world.journal() if entry["path"].endswith("/azureEntitlements")]


@pytest.mark.parametrize("answer", ANSWERS)
def test_below_a_suspended_plan_only_not_found_means_nothing(answer: tuple[int, str]) -> None:
    _, offboarding = offboarded(CustomerSpec(name="Off", subscriptions=(plan(Shown.SUSPENDED),)), refusing(*answer))
    if answer[0] == 404:
        assert offboarding.status is Status.REMOVED
        return
    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code is ReasonCode.INCOMPLETE_READ
    assert offboarding.reason.text.startswith("the Azure subscriptions below Azure plan cannot be read")
    assert "Admin agent" in offboarding.reason.operator_action


@pytest.mark.long
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_plan_in_use_whose_list_is_refused_stays(answer: tuple[int, str]) -> None:
    """Microsoft's own refusal to suspend it (403/900115) says that something below it is active."""
    customer = CustomerSpec(name="In use", subscriptions=(azure_plan("Work"),))
    world, offboarding = offboarded(customer, refusing(*answer))
    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert "relationship.removed" not in {effect["effect"] for entry in world.journal() for effect in entry["effects"]}
    check_effects(world)


@pytest.mark.parametrize("answer", ANSWERS)
def test_one_odd_refusal_is_asked_again_before_a_person_is(answer: tuple[int, str]) -> None:
    customer = CustomerSpec(name="Stray", subscriptions=(azure_plan("Work"),))
    world, offboarding = offboarded(customer, refusing(*answer, times=1))
    assert offboarding.status is Status.REMOVED
    assert "offboarding.needs_attention.v1" not in {event["type"] for event in world.events()}
    check_outcomes(world)


def test_one_unreadable_plan_holds_up_no_other() -> None:
    """The other plan's Azure subscription is cancelled, and what cannot be read is one blocker of that plan."""
    both = (azure_plan("Work"), SubscriptionSpec(kind=Kind.AZURE_PLAN, name="Odd", status=Shown.SUSPENDED))
    customer = CustomerSpec(name="Two plans", subscriptions=both)
    world, _ = offboarded(customer, within=timedelta(0))
    odd = next(item["id"] for item in world.tenant()[0]["subscriptions"] if item["name"] == "Odd")
    where = {"method": "GET", "pathRegex": f"/{odd}/azureEntitlements$", "times": None}
    arm(world, {"match": where, "action": {"type": "status", "status": 403, "code": "2032"}})
    world.run(for_at_most=timedelta(days=3))
    offboarding = world.all()[0]
    assert offboarding.status is Status.NEEDS_ATTENTION
    assert [item.key for item in offboarding.blockers] == [f"inventory:azureEntitlements:{odd}"]
    assert "entitlement.cancelled" in {effect["effect"] for entry in world.journal() for effect in entry["effects"]}


@pytest.mark.long
@pytest.mark.parametrize(
    "word", ["deleted", "Canceled", "expired", "inactive", "disabled", "Warned", "PastDue", "enabled"]
)
def test_words_of_azure_that_are_untrue_never_remove_anything_that_runs(word: str) -> None:
    """The list shows one word for ever, while the tenant's own Azure subscription is active until it is cancelled."""
    below = AzureSubscriptionSpec(name="Work")
    customer = CustomerSpec(
        name="Words", subscriptions=(SubscriptionSpec(kind=Kind.AZURE_PLAN, name="P", azure_subscriptions=(below,)),)
    )
    rewrite = {"type": "rewrite", "set": {"/items/*/status": word}}
    world, offboarding = offboarded(customer, {"match": {**BELOW, "times": None}, "action": rewrite})
    done = {effect["effect"] for entry in world.journal() for effect in entry["effects"]}
    if word in ("deleted", "Canceled", "expired"):
        assert offboarding.status is Status.REMOVED
        assert {"entitlement.cancelled", "subscription.suspended"} <= done
    else:
        assert offboarding.status is Status.NEEDS_ATTENTION
        assert "relationship.removed" not in done
    check_effects(world)
