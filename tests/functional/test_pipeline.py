"""Whole offboardings in the in-memory world."""

import itertools
import json
from datetime import timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec, SubscriptionSpec, TransferSpec
from local.simulator.tenant.kinds import Kind
from local.simulator.tenant.kinds import Status as TenantStatus
from local.world.world import World
from shared.domain.decisions.blockers import Cause
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import azure_plan, empty, late, legacy, nce, removable, waiting


def test_a_customer_with_one_of_everything_is_removed_today() -> None:
    customer = removable()
    world = World(customer)
    began = world.clock.now()
    request = world.ask(customer)
    world.run()

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.REMOVED
    assert all(proof.holds for proof in offboarding.proofs)
    assert offboarding.reestablish_url.startswith("https://")
    assert world.clock.now() - began < timedelta(hours=1)
    assert world.tenant()[0]["relationship"] == "none"
    check_invariants(world)


def test_every_event_and_the_evidence_name_the_batch_of_the_request() -> None:
    customer = removable()
    world = World(customer)
    request = world.ask(customer, batchId="June")
    world.run()
    events = world.events(request)

    assert len(events) > 3
    assert {event["data"].get("batchId") for event in events} == {"June"}
    head = world.offboarding(request)
    assert json.loads(world.store.evidence(head.id)[0])["data"]["batchId"] == "June"


def test_effects_come_in_a_safe_order() -> None:
    world = World(customer := removable())
    world.ask(customer)
    world.run()

    names = [name for name, _, _ in effects(world)]
    assert names.index("relationship.removed") > max(
        number for number, name in enumerate(names) if name.split(".")[0] in ("subscription", "entitlement", "order")
    )
    assert names.index("gdap.terminated") > names.index("relationship.removed")


def test_a_licence_out_of_its_window_is_set_to_end_and_waited_for() -> None:
    customer = waiting()
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=2))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.WAITING
    assert offboarding.reason is not None
    assert offboarding.reason.code == Cause.IN_TERM.value
    assert "Business Premium" in offboarding.reason.text
    assert offboarding.paid_until is not None
    assert offboarding.next_attempt_at is not None
    names = {name for name, _, _ in effects(world)}
    assert {"subscription.autorenew_off", "subscription.cancel_scheduled"} <= names
    assert world.tenant()[0]["relationship"] == "reseller"

    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert world.clock.now() >= offboarding.paid_until
    check_invariants(world)


def test_a_waiting_offboarding_is_looked_at_at_least_weekly() -> None:
    customer = waiting()
    world = World(customer)
    request = world.ask(customer)
    world.run()

    looks = [e.at for e in world.store.timeline(world.offboarding(request).id) if e.what == "inventory"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(looks)]
    assert max(gaps) <= timedelta(days=7, minutes=10)


def test_a_customer_that_holds_nothing_is_removed() -> None:
    world = World(customer := empty())
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED


def test_a_dry_run_changes_nothing_anywhere() -> None:
    world = World(customer := removable())
    request = world.ask(customer, dryRun=True)
    world.run()

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.PLANNED
    assert offboarding.plan is not None
    assert dict(offboarding.plan.actions)["cancel"] == 3
    assert effects(world) == []
    # Azure is asked for the price of a refund, which changes nothing (calculate refund); everything else is a GET.
    writes = [
        entry["path"] for entry in world.journal() if entry["method"] != "GET" and "/oauth2/" not in entry["path"]
    ]
    assert [path.rsplit("/", 1)[1] for path in writes] == ["calculateRefund"]
    check_invariants(world)


def test_stop_and_report_touches_nothing_when_a_commitment_remains() -> None:
    world = World(customer := waiting())
    request = world.ask(customer, commitments="stop_and_report")
    world.run()

    assert world.offboarding(request).status is Status.STOPPED
    assert effects(world) == []


def test_stop_and_report_goes_on_when_everything_can_end_today() -> None:
    world = World(customer := removable())
    request = world.ask(customer, commitments="stop_and_report")
    world.run()

    assert world.offboarding(request).status is Status.REMOVED


def test_nothing_is_written_before_the_start_date() -> None:
    world = World(customer := removable())
    start = world.clock.now() + timedelta(days=3)
    request = world.ask(customer, notBefore=start.isoformat())
    world.run(for_at_most=timedelta(days=2))
    assert world.offboarding(request).status is Status.SCHEDULED
    assert effects(world) == []

    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert all(entry["time"] >= start.isoformat()[:19] for entry in world.journal() if entry["method"] == "PATCH")


def test_a_deployment_in_mode_plan_writes_nothing() -> None:
    world = World(customer := removable(), OFFBOARDING_MODE="plan")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=5))

    assert world.offboarding(request).status is Status.SCHEDULED
    assert effects(world) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"customerDomain": "fabrikamlogistics.onmicrosoft.com"}, "customer_mismatch"),
        ({"customerDomain": None, "customerCompanyName": "Fabrikam Logistics"}, "customer_mismatch"),
        ({"customerTenantId": "00000000-0000-4000-8000-000000000000"}, "customer_unknown"),
        ({"customerTenantId": None, "customerDomain": "nobody.onmicrosoft.com"}, "customer_unknown"),
        ({"customerTenantId": "9a57e000-0000-4000-8000-00000009a57e"}, "own_tenant"),
    ],
)
def test_the_wrong_customer_is_rejected_before_any_write(fields: dict[str, object], code: str) -> None:
    world = World(customer := removable(), waiting())
    request = world.ask(customer, **fields)
    world.run()

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.REJECTED
    assert offboarding.reason is not None
    assert offboarding.reason.code == code
    assert effects(world) == []
    check_invariants(world)


def test_a_protected_customer_is_rejected() -> None:
    customer = removable().model_copy(update={"id": "11111111-2222-4333-8444-555555555555"})
    world = World(customer, OFFBOARDING_PROTECTED_CUSTOMERS="11111111-2222-4333-8444-555555555555")
    request = world.ask(customer)
    world.run()

    reason = world.offboarding(request).reason
    assert reason is not None
    assert reason.code == "protected_customer"
    assert world.journal() == []


def test_a_domain_alone_identifies_the_customer() -> None:
    world = World(customer := removable(), waiting(), empty())
    request = world.ask(customer, customerTenantId=None)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    assert [item["relationship"] for item in world.tenant()] == ["none", "reseller", "reseller"]


def test_what_is_left_alone_by_configuration_asks_for_a_person() -> None:
    saas = SubscriptionSpec(kind=Kind.MARKETPLACE, name="SaaS", started="-P200D")
    customer = CustomerSpec(name="Adventure Works", subscriptions=(saas, legacy()))
    world = World(customer, OFFBOARDING_CANCEL_MARKETPLACE="false")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code == Cause.LEFT_BY_POLICY.value
    assert offboarding.reason.operator_action
    assert world.tenant()[0]["relationship"] == "reseller"


def test_a_savings_plan_is_a_dated_blocker() -> None:
    plan = SubscriptionSpec(kind=Kind.SAVINGS_PLAN, name="Savings", started="-P200D")
    customer = CustomerSpec(name="Adventure Works", subscriptions=(plan,))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.WAITING
    assert offboarding.paid_until is not None


def test_an_open_transfer_asks_for_a_person_where_it_is_not_waited_for() -> None:
    customer = CustomerSpec(
        name="Moving", subscriptions=(nce("Moved"),), transfers=(TransferSpec(subscriptions=("Moved",)),)
    )
    world = World(customer, OFFBOARDING_WAIT_FOR_TRANSFERS="false")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=3))

    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    assert world.tenant()[0]["relationship"] == "reseller"


def test_what_has_ended_already_needs_no_write() -> None:
    ended = tuple(nce(status.value, status=status) for status in (TenantStatus.DELETED, TenantStatus.EXPIRED))
    customer = CustomerSpec(
        name="Wingtip Archive",
        subscriptions=(*ended, legacy(status=TenantStatus.SUSPENDED)),
        allow_delegated_access=False,
    )
    world = World(customer)
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    assert {name for name, _, _ in effects(world)} == {"relationship.removed"}


def test_every_request_gets_exactly_one_outcome_event_that_matches_its_schema() -> None:
    world = World(customer := removable(), other := waiting())
    requests = [
        world.ask(customer),
        world.ask(customer, requestId="joins"),
        world.ask(customer, requestId="differs", commitments="stop_and_report"),
        world.ask(other, requestId="dry", dryRun=True),
        world.ask(other),
    ]
    world.run()

    statuses = [world.offboarding(request).status for request in requests]
    assert statuses == [Status.REMOVED, Status.JOINED, Status.REJECTED, Status.PLANNED, Status.REMOVED]
    check_invariants(world)


def test_a_shared_azure_plan_waits_for_its_subscriptions() -> None:
    customer = CustomerSpec(name="Cloudy", subscriptions=(azure_plan("a", "b", "c"),))
    world = World(customer)
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    names = [name for name, _, _ in effects(world)]
    assert names.count("entitlement.cancelled") == 3
    check_invariants(world)


@pytest.mark.long
def test_several_terms_are_waited_for_one_after_the_other() -> None:
    customer = CustomerSpec(
        name="Northwind", subscriptions=(late("a", "+P10D"), late("b", "+P200D"), late("c", "+P700D"))
    )
    world = World(customer)
    began = world.clock.now()
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    assert world.clock.now() - began > timedelta(days=700)
    check_invariants(world)
