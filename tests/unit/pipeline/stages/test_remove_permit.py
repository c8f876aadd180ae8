"""The point of no return: what must hold before the removal is sent, to the second (I1), and what is stored first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.world.clock import WorldClock
from local.world.store import MemoryStore
from shared.adapters.brakes import SharedBrakes
from shared.domain.brake import Ceiling, Ceilings
from shared.domain.errors import (
    ClaimEndingError,
    NoRelationshipError,
    RefusedError,
    SignInRequiredError,
    UnavailableError,
)
from shared.domain.holdings.records import Collection, Transfer
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage
from shared.domain.policy import Mode, Partner, Policy
from shared.pipeline.core.outcome import Attention, Next
from shared.pipeline.core.session import Session
from shared.pipeline.stages.remove import remove
from tests.unit.support.brakes import BRAKES
from tests.unit.support.scripted import (
    CUSTOMER,
    NOW,
    OFFBOARDING,
    OTHER,
    PACE,
    PARTNER,
    PROFILE,
    SlowStore,
    Tenant,
    clock_of,
    complete,
    legacy,
    noted,
    services,
    session_at,
    stored,
    transfer,
)

GONE = NoRelationshipError("no relationship", status=404, remote_code="20002")
INVENTORY = ["customer", "subscriptions", "entitlements", "orders", "transfers"]


def request_id(n: int) -> str:
    return ms_request_id(OFFBOARDING, "relationship", "remove", n)


def removing(tenant: Tenant, **fields: Any) -> Session:
    return session_at(Stage.REMOVE, tenant, **fields)


def test_a_clear_inventory_is_followed_by_the_stored_intent_the_call_and_the_stored_answer() -> None:
    tenant = Tenant()
    session = removing(tenant)
    before: list[Offboarding] = []
    tenant.before = lambda name: before.append(stored(session)) if name == "remove" else None

    outcome = remove(session)

    assert outcome == Next(Stage.CONFIRM)
    assert tenant.names == [*INVENTORY, "gdap", "remove"]
    assert tenant.calls[-1] == ("remove", CUSTOMER, request_id(1))
    assert before[0].removal == RemovalIntent(1, request_id(1), NOW)
    assert stored(session).removal == RemovalIntent(
        1, request_id(1), NOW, RemovalState.ACCEPTED, NOW, 200, detail="done"
    )
    assert noted(session, "removal.intended") == ["point of no return"]
    assert noted(session, "removal.accepted") == ["done"]
    entries = session.services.store.timeline(OFFBOARDING)
    told = {e.what: (e.status, e.request_id) for e in entries if e.what.startswith("removal.")}
    assert told == {"removal.intended": (None, request_id(1)), "removal.accepted": (200, request_id(1))}


def test_without_a_plan_nothing_is_even_read() -> None:
    tenant = Tenant()
    outcome = remove(removing(tenant, plan=None))

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "no_plan"
    assert tenant.calls == []


@pytest.mark.parametrize("returns", [0, 11])
def test_anything_active_leads_back_to_the_gate(returns: int) -> None:
    tenant = Tenant(subscriptions=complete(legacy()))
    session = removing(tenant, counters=Counters(1, returns, 2, 3))

    outcome = remove(session)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.VERIFY, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "not_clear"
    assert session.offboarding.counters == Counters(1, returns + 1, 2, 3)
    assert session.offboarding.blocker_count == 1
    assert "remove" not in tenant.names


@pytest.mark.parametrize("returns", [12, 13])
def test_going_back_is_bounded(returns: int) -> None:
    tenant = Tenant(subscriptions=complete(legacy()))
    session = removing(tenant, counters=Counters(returns=returns))

    outcome = remove(session)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "no_progress"
    assert session.offboarding.counters.returns == returns
    assert "remove" not in tenant.names


@pytest.mark.parametrize(
    "answers",
    [
        {"subscriptions": complete(legacy(status="pending"))},
        {"subscriptions": complete(legacy(status="odd"))},
        {"transfers": complete(transfer())},
        {"transfers": complete(Transfer("t", "odd"))},
        {"orders": Collection((), 1)},
        {"profile": replace(PROFILE, relationship="none")},
        {"profile": replace(PROFILE, relationship="advisor")},
    ],
)
def test_whatever_is_not_clear_blocks(answers: dict[str, Any]) -> None:
    tenant = Tenant(**answers)

    outcome = remove(removing(tenant))

    assert isinstance(outcome, Next)
    assert outcome.stage is Stage.VERIFY
    assert "remove" not in tenant.names


@pytest.mark.parametrize(("late", "sent"), [(timedelta(0), True), (timedelta(milliseconds=1), False)])
@pytest.mark.parametrize("call", ["customer", "transfers"])
def test_the_permit_lives_for_sixty_seconds_from_before_the_first_read(
    call: str, late: timedelta, *, sent: bool
) -> None:
    assert timedelta(seconds=60) == PACE.permit_life
    tenant = Tenant()
    session = removing(tenant)
    slow = timedelta(seconds=60) + late
    tenant.before = lambda name: clock_of(session).pass_machine(slow) if name == call else None

    if sent:
        assert remove(session) == Next(Stage.CONFIRM)
    else:
        with pytest.raises(UnavailableError, match="reading took 60 s"):
            remove(session)
    assert ("remove" in tenant.names) is sent
    assert (stored(session).removal is not None) is sent, "without a permit no intent either"


def test_storing_the_intent_counts_into_the_sixty_seconds() -> None:
    clock = WorldClock()
    tenant = Tenant()
    times: dict[str, float] = {}

    def look(name: str) -> None:
        times[name] = clock.monotonic()
        if name == "transfers":
            clock.pass_machine(timedelta(seconds=25))

    tenant.before = look
    # Inventory and verdict are stored within the sixty seconds, the intent is not.
    slow = SlowStore(clock, timedelta(seconds=15))
    session = removing(tenant, within=services(tenant, clock=clock, store=slow))
    with suppress(UnavailableError):
        remove(session)

    assert times.get("remove", 0.0) - times["customer"] <= 60, "I1: the removal starts within 60 s of the first read"


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({"dry_run": True}, {}),
        ({}, {"mode": Mode.PLAN}),
        ({}, {"partner": Partner(PARTNER, frozenset({CUSTOMER}))}),
        ({}, {"partner": Partner(CUSTOMER)}),
    ],
)
def test_no_relationship_ends_where_nothing_may_be_written(wanted: dict[str, Any], fields: dict[str, Any]) -> None:
    tenant = Tenant()
    session = removing(tenant, within=services(tenant, **fields), wanted=wanted)

    with pytest.raises(BRAKES):
        remove(session)
    assert "remove" not in tenant.names
    assert stored(session).removal is None


@pytest.mark.parametrize("status", [403, 401, 400])
@pytest.mark.parametrize("left", [True, False])
def test_who_may_not_end_gdap_afterwards_is_asked_before_the_point_of_no_return(status: int, *, left: bool) -> None:
    kind = SignInRequiredError if status == 401 else RefusedError
    tenant = Tenant(gdap=kind("not allowed", status=status, advice="Give the role."))
    session = removing(tenant, within=services(tenant, policy=Policy(terminate_gdap=not left)))

    outcome = remove(session)

    assert isinstance(outcome, Next if left else Attention)
    assert ("remove" in tenant.names) is left
    assert (stored(session).removal is not None) is left, "no intent either"
    if isinstance(outcome, Attention):
        assert outcome.reason.code == "gdap_out_of_reach"
        assert outcome.reason.operator_action.startswith("Give the role. ")


@pytest.mark.parametrize(("late", "sent"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_no_removal_starts_when_the_claim_is_about_to_end(late: timedelta, *, sent: bool) -> None:
    tenant = Tenant()
    session = removing(tenant)
    clock_of(session).pass_machine(PACE.work_budget + late)

    if sent:
        assert remove(session) == Next(Stage.CONFIRM)
    else:
        with pytest.raises(ClaimEndingError):
            remove(session)
    assert ("remove" in tenant.names) is sent
    assert (stored(session).removal is not None) is sent


@pytest.mark.parametrize(("identity", "sent"), [(CUSTOMER, True), (CUSTOMER.upper(), True), (OTHER, False)])
def test_a_permit_counts_for_its_own_customer(identity: str, *, sent: bool) -> None:
    tenant = Tenant(profile=replace(PROFILE, id=identity))
    session = removing(tenant)

    if sent:
        assert remove(session) == Next(Stage.CONFIRM)
    else:
        with pytest.raises(RefusedError, match="another customer"):
            remove(session)
    assert ("remove" in tenant.names) is sent
    assert (stored(session).removal is not None) is sent


def test_a_customer_who_is_gone_before_any_removal_is_confirmed_as_gone_without_us() -> None:
    tenant = Tenant(profile=GONE)
    outcome = remove(removing(tenant))

    assert isinstance(outcome, Next)
    assert outcome.stage is Stage.CONFIRM
    assert outcome.reason is not None
    assert outcome.reason.code == "gone_without_us"
    assert tenant.names == [*INVENTORY, "gdap"]


# After an intent the relationship is probed first.


@pytest.mark.parametrize("state", [state for state in RemovalState if state is not RemovalState.WITHOUT_EFFECT])
def test_a_relationship_that_is_gone_after_an_intent_was_removed_by_it(state: RemovalState) -> None:
    tenant = Tenant(profile=GONE)
    session = removing(tenant, removal=RemovalIntent(1, request_id(1), NOW, state))

    assert remove(session) == Next(Stage.CONFIRM)
    assert tenant.calls == [("customer", CUSTOMER)]
    assert noted(session, "removal.probed") == ["the relationship is gone: the earlier call took effect"]


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (RemovalState.INTENDED, True),
        (RemovalState.UNCLEAR, True),
        (RemovalState.REFUSED, True),
        (RemovalState.ACCEPTED, False),
    ],
)
def test_a_removal_that_was_accepted_is_not_sent_again(state: RemovalState, *, again: bool) -> None:
    tenant = Tenant()
    session = removing(tenant, removal=RemovalIntent(1, request_id(1), NOW, state))

    assert remove(session) == Next(Stage.CONFIRM)
    assert tenant.names == (["customer", *INVENTORY, "gdap", "remove"] if again else ["customer"])
    assert noted(session, "removal.probed") == (["the relationship still stands"] if again else [])


def test_an_intent_without_effect_is_not_probed() -> None:
    tenant = Tenant()
    accepted = RemovalIntent(1, request_id(1), NOW, state=RemovalState.WITHOUT_EFFECT, status=200)

    assert remove(removing(tenant, removal=accepted)) == Next(Stage.CONFIRM)
    assert tenant.names == [*INVENTORY, "gdap", "remove"]


def test_a_relationship_that_goes_while_it_is_read_after_an_intent_is_confirmed_as_ours() -> None:
    tenant = Tenant(profile=GONE)
    before = RemovalIntent(1, request_id(1), NOW, state=RemovalState.WITHOUT_EFFECT)

    assert remove(removing(tenant, removal=before)) == Next(Stage.CONFIRM)
    assert "remove" not in tenant.names


def test_a_removal_counts_once_against_its_ceiling() -> None:
    tenant = Tenant()
    store, clock = MemoryStore(), WorldClock()
    brakes = SharedBrakes(store, clock, Ceilings(removals=2))
    session = removing(tenant, within=services(tenant, store=store, clock=clock, brakes=brakes))
    assert remove(session) == Next(Stage.CONFIRM)
    assert brakes.take(Ceiling.REMOVALS, 5) == 1
