"""Month by month: what the catalogue sells, what instructions for the next term do, and what the journal tells."""

from typing import Any

import pytest

from local.simulator.messages import Json
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tests.unit.tenant import Tenant, code_of

PRODUCT = "CFQ7TTC0LH18"
NEXT = {"productId": PRODUCT, "skuId": "0001", "availabilityId": "CFQ7TTC0K971", "billingCycle": "Monthly"}


def _tenant(spec: SubscriptionSpec, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", spec), **knobs))


def _instructed(duration: str) -> Json:
    return {"product": NEXT | {"termDuration": duration}, "quantity": 1}


def _terms(tenant: Tenant, product: str = PRODUCT, sku: str = "0001") -> Any:
    return tenant.call("GET", f"/v1/customers/{tenant.customer}/products/{product}/skus/{sku}/availabilities")


def _told(tenant: Tenant) -> list[tuple[str, str | None]]:
    tenant.simulator.settle()
    entries = [entry for entry in tenant.simulator.journal.since(0) if entry.method == "TIME"]
    return [(effect.name, effect.detail) for entry in entries for effect in entry.effects]


def test_a_licence_is_sold_for_a_month_unless_the_scenario_says_otherwise() -> None:
    [one] = _terms(_tenant(b.nce())).json()["items"]
    assert ("P1M", "Monthly") in {(term["duration"], term["billingCycle"]) for term in one["terms"]}
    [yearly] = _terms(_tenant(b.nce(), without_monthly_term=(PRODUCT,))).json()["items"]
    assert {term["duration"] for term in yearly["terms"]} == {"P1Y", "P3Y"}


def test_one_availability_may_be_answered_alone_and_an_unknown_product_is_not_found() -> None:
    alone = _terms(_tenant(b.nce(), availabilities="single")).json()
    assert (alone["id"], alone["isRenewable"]) == ("CFQ7TTC0K971", True)
    answer = _terms(_tenant(b.nce()), product="CFQ7TTC0NONE")
    assert (answer.status, code_of(answer)) == (404, "400013")


def test_instructions_are_applied_once_and_the_month_goes_on_by_itself() -> None:
    tenant = _tenant(b.nce_past_window("+P10D"))
    assert tenant.patch_subscription(0, scheduledNextTermInstructions=_instructed("P1M")).status == 200
    assert tenant.effects() == ["subscription.instructions_changed"]
    tenant.advance(days=75)
    assert _told(tenant) == [("subscription.renewed", "P1M")] * 3
    [one] = tenant.simulator.store.subscriptions
    assert (one.term_duration, one.billing_cycle, one.next_term) == ("P1M", "monthly", None)


def test_without_instructions_a_year_is_renewed_for_a_year() -> None:
    tenant = _tenant(b.nce_past_window("+P10D"))
    tenant.advance(days=75)
    assert _told(tenant) == [("subscription.renewed", "P1Y")]


def test_what_does_not_renew_tells_of_its_extended_months_and_of_nothing_else() -> None:
    tenant = _tenant(b.nce_drifting("+P10D"))
    tenant.advance(days=45)
    assert _told(tenant) == [("subscription.extended", "P1M")] * 2
    ended = _tenant(b.nce_ending("+P10D"))
    ended.advance(days=45)
    assert _told(ended) == []


def test_nobody_renews_into_a_term_that_is_not_sold() -> None:
    tenant = _tenant(b.nce_past_window(), without_monthly_term=(PRODUCT.lower(),))
    answer = tenant.patch_subscription(0, scheduledNextTermInstructions=_instructed("P1M"))
    assert (answer.status, code_of(answer)) == (400, "800002")
    assert tenant.patch_subscription(0, scheduledNextTermInstructions=_instructed("P3Y")).status == 200


@pytest.mark.parametrize(("set_to", "kept"), [("", None), ("P1M", "P1M")])
def test_somebody_else_changes_the_instructions(set_to: str, kept: str | None) -> None:
    tenant = _tenant(b.nce_past_window())
    tenant.patch_subscription(0, scheduledNextTermInstructions=_instructed("P3Y"))
    change = {"customer": tenant.customer, "holding": tenant.subscription(), "set": {"nextTerm": set_to}}
    assert tenant.control("POST", "mutate", change).status == 200
    [one] = tenant.simulator.store.subscriptions
    assert (one.next_term.term_duration if one.next_term else None) == kept
