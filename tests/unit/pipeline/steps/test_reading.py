"""An inventory: what is read, recorded as seen or missing, and what an incomplete read leaves alone (I1, I8)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.errors import BusyError, NoRelationshipError, RefusedError, SignInRequiredError, UnavailableError
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    Entitlement,
    Order,
    OrderLine,
    Reservation,
    SavingsPlan,
    Subscription,
    Transfer,
)
from shared.domain.pace import Pace
from shared.domain.wording import stamp
from shared.pipeline.steps.foreseen import Foreseen
from shared.pipeline.steps.inventory import close_open_intents, inventory_of, refresh_subscriptions, take_inventory
from shared.pipeline.steps.reading import AZURE_ROLE, Reading
from tests.unit.domain.support import EARLIER
from tests.unit.support.ports import CUSTOMER, PROFILE, Desk, desk, known, thing

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
PACE = Pace(parallel=1)
GUID = "aaaaaaaa-0000-0000-0000-000000000001"
PLAN_OFFER, LEGACY_OFFER = "DZH318Z0BPS6:0001", "bbbbbbbb-0000-0000-0000-000000000001"
READS = ["get_customer", "list_subscriptions", "list_entitlements", "list_orders", "list_transfers"]


def items(*found: Any, total: int | None = None) -> Collection[Any]:
    return Collection(found, total)


def licence(name: str = "a", status: str = "active", **fields: Any) -> Subscription:
    """A legacy licence."""
    return Subscription(name, LEGACY_OFFER, name, status, **fields)


def azure_plan(name: str = "plan-1", status: str = "active") -> Subscription:
    return Subscription(name, PLAN_OFFER, name, status)


def act(state: ActionState, kind: ActionKind = A.SUSPEND, **fields: Any) -> ActionRecord:
    return ActionRecord(kind, 1, "r", state, EARLIER, **fields)


def reads(at: Desk) -> list[str]:
    return [call[0] for call in at.port.calls]


# What is read.


def test_a_small_customer_is_read_with_five_calls() -> None:
    at = desk(answers={"list_subscriptions": items(licence())})
    found = take_inventory(at.session)

    assert sorted(reads(at)) == sorted(READS)
    assert {call[1] for call in at.port.calls} == {CUSTOMER}
    assert (found.customer, [item.key for item in found.holdings]) == (PROFILE, ["subscription:a"])
    assert (found.problems, found.ordered, found.moved) == ((), frozenset(), {})


def test_the_subscriptions_below_each_azure_plan_are_read() -> None:
    def below(_: str, plan: str) -> Collection[AzureSubscription]:
        return items(AzureSubscription(f"{plan}-x", plan, "x", "active"), total=1)

    plans = items(azure_plan("plan-1"), licence(), azure_plan("plan-2"))
    at = desk(answers={"list_subscriptions": plans, "list_azure_subscriptions": below})
    found = take_inventory(at.session)

    asked = [call[1:] for call in at.port.calls if call[0] == "list_azure_subscriptions"]
    assert asked == [(CUSTOMER, "plan-1"), (CUSTOMER, "plan-2")]
    assert {item.key for item in found.holdings if item.kind is K.AZURE_SUBSCRIPTION} == {
        "azure:plan-1/plan-1-x",
        "azure:plan-2/plan-2-x",
    }
    assert [item.active_children for item in found.holdings if item.kind is K.AZURE_PLAN] == [1, 1]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({"plan-1": 1, "plan-2": 1}, None),
        ({"plan-1": None, "plan-2": 1}, None),
        ({"plan-1": 2, "plan-2": 1}, 3),
        ({"plan-1": 2, "plan-2": 0}, 4),
        ({"plan-1": 0, "plan-2": 1}, 3),
    ],
)
def test_what_one_plan_misses_is_not_made_up_for_by_another(totals: dict[str, int | None], said: int | None) -> None:
    def below(_: str, plan: str) -> Collection[AzureSubscription]:
        return items(AzureSubscription(f"{plan}-x", plan, "x", "active"), total=totals[plan])

    plans = items(azure_plan("plan-1"), azure_plan("plan-2"))
    found = take_inventory(desk(answers={"list_subscriptions": plans, "list_azure_subscriptions": below}).session)

    name, told = "azureEntitlements", f"2 items were read but the answer says {said}"
    assert [(item.collection, item.detail) for item in found.problems] == [(name, f"{name}: {told}")] * bool(said)


@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        ("active", 403, "plan_unreadable"),
        ("active", 404, "plan_unreadable"),
        ("suspended", 403, "plan_unreadable"),
        ("suspended", None, "plan_unreadable"),
        ("suspended", 404, None),
    ],
)
def test_below_a_suspended_plan_that_is_not_found_nothing_runs(plan: str, status: int | None, code: str | None) -> None:
    """It could not have been suspended otherwise. Any other refusal, asked for twice, is for a person."""
    answers = {
        "list_subscriptions": items(azure_plan(status=plan)),
        "list_azure_subscriptions": RefusedError("no", status=status),
    }
    at = desk(answers=answers)
    found = take_inventory(at.session)

    assert [item.code for item in found.problems] == ([code] if code else [])
    assert reads(at).count("list_azure_subscriptions") == 2


def test_below_a_plan_of_a_customer_that_is_gone_there_is_no_blocker() -> None:
    """The refusal speaks of the customer: gone while everything was read, or one odd answer about a single plan."""
    answers = {
        "list_subscriptions": items(azure_plan()),
        "list_azure_subscriptions": NoRelationshipError("not yours", status=403),
    }
    found = take_inventory(desk(answers=answers).session)
    assert [item.code for item in found.problems] == ["plan_unreadable"]
    gone = desk(answers={**answers, "get_customer": NoRelationshipError("not yours", status=403)})
    with pytest.raises(NoRelationshipError):
        take_inventory(gone.session)


def test_a_plan_that_is_busy_is_read_again_later() -> None:
    """It is no problem of the customer: the stage is retried, and the plan is not asked twice in a row."""
    at = desk(answers={"list_subscriptions": items(azure_plan()), "list_azure_subscriptions": BusyError("pending")})

    with pytest.raises(BusyError):
        take_inventory(at.session)
    assert reads(at).count("list_azure_subscriptions") == 1


def test_everything_is_asked_for_at_the_same_time_and_what_the_answers_name_as_well() -> None:
    """Each call waits for all others of its round, so that a round that is not whole ends as a broken barrier."""
    first, second = Barrier(len(READS) + 1, timeout=30), Barrier(4, timeout=30)

    def together(barrier: Barrier, answer: Any) -> Callable[..., Any]:
        def call(*_: str) -> Any:
            barrier.wait()
            return answer

        return call

    of_first = dict.fromkeys(READS, items()) | {
        "get_customer": PROFILE,
        "list_subscriptions": items(azure_plan("plan-1"), azure_plan("plan-2")),
        "list_relationships": items(),
    }
    of_second = ("list_azure_subscriptions", "list_reservations", "list_savings_plans")
    answers = {name: together(first, answer) for name, answer in of_first.items()}
    at = desk(pace=Pace(), answers=answers | {name: together(second, items()) for name in of_second})
    at.session.services = replace(at.session.services, delegated_admin=at.port)
    with Reading(at.session, delegated=True) as reading:
        reading.begin(CUSTOMER)
        found = inventory_of(at.session, reading)

    assert sorted(reads(at)) == sorted([*of_first, *of_second, "list_azure_subscriptions"])
    assert len(found.holdings) == 2
    assert reading.foreseen() == Foreseen()


def test_of_two_answers_about_the_customer_the_newest_is_the_one_of_the_inventory() -> None:
    named = iter([replace(PROFILE, company_name=""), PROFILE])
    at = desk(answers={"get_customer": lambda _: next(named)})
    with Reading(at.session) as reading:
        reading.begin(CUSTOMER)
        asked = [reading.who(), reading.ask_who_again(), reading.who()]
        found = inventory_of(at.session, reading)

    assert [profile.company_name for profile in asked] == ["", PROFILE.company_name, PROFILE.company_name]
    assert found.customer == PROFILE
    assert reads(at).count("get_customer") == 2


def test_nothing_is_known_before_it_was_asked_for() -> None:
    at = desk()
    with Reading(at.session) as reading, pytest.raises(ValueError, match=r"begin\(\) comes first"):
        reading.who()
    assert at.port.calls == []


def test_the_times_are_those_of_the_first_read() -> None:
    def slow(_: str) -> Collection[Order]:
        at.clock.pass_machine(timedelta(seconds=20))
        return items()

    at = desk(answers={"list_orders": slow})
    at.clock.pass_machine(timedelta(seconds=5))
    began = at.now
    found = take_inventory(at.session)

    assert (found.began_at, found.began_monotonic) == (began, 5.0)
    assert at.now == began + timedelta(seconds=20)


def test_what_was_ordered_and_what_was_transferred_is_part_of_it() -> None:
    changed = EARLIER
    answers = {
        "list_subscriptions": items(licence("x")),
        "list_orders": items(Order("1", "completed", EARLIER, (OrderLine(0, "o", "n", 1, "X"),))),
        "list_transfers": items(Transfer("t", "Completed", ("Y",), changed)),
    }
    found = take_inventory(desk(answers=answers).session)

    assert (found.ordered, found.moved) == (frozenset({"subscription:x"}), {"subscription:y": changed})


def test_an_unidentified_customer_is_not_read() -> None:
    at = desk(customer_id=None)
    with pytest.raises(RefusedError, match="not identified"):
        take_inventory(at.session)
    with pytest.raises(RefusedError, match="not identified"):
        refresh_subscriptions(at.session)

    assert at.port.calls == []


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("error", [UnavailableError("down"), NoRelationshipError("gone")])
def test_a_read_that_fails_records_nothing(name: str, error: Exception) -> None:
    at = desk(known(thing()), answers={name: error})
    with pytest.raises(type(error)):
        take_inventory(at.session)

    assert at.store.changes == []


# Whether Azure is read.

RESERVED = known(thing(K.RESERVATION, key="reservation:order-1/r", id="r", parent_id="Order-1"))
SAVED = known(thing(K.SAVINGS_PLAN, key="savingsplan:s", id="s", parent_id="order-2"))
ENTITLED = Entitlement("reservedInstance", "1", "1", 1, resource_id="order-1")


@pytest.mark.parametrize(
    ("record", "answers", "read"),
    [
        (None, {}, False),
        (None, {"list_subscriptions": items(licence())}, False),
        (None, {"list_subscriptions": items(azure_plan())}, True),
        (None, {"list_entitlements": items(ENTITLED)}, True),
        (RESERVED, {}, True),
        (SAVED, {}, True),
        (known(thing()), {"list_subscriptions": items(licence())}, False),
    ],
)
def test_azure_is_read_where_anything_is_or_was_bought_there(
    record: HoldingRecord | None, answers: dict[str, Any], read: bool
) -> None:
    at = desk(*([record] if record else []), answers=answers)
    take_inventory(at.session)

    azure = [call for call in at.port.calls if call[0] in {"list_reservations", "list_savings_plans"}]
    assert azure == [("list_reservations", CUSTOMER), ("list_savings_plans", CUSTOMER)] * read


def test_what_azure_shows_is_recorded() -> None:
    answers = {
        "list_subscriptions": items(azure_plan()),
        "list_reservations": items(Reservation("order-1", "r", "Reserved", "Succeeded")),
        "list_savings_plans": items(SavingsPlan("s", "Saved", "Succeeded")),
    }
    at = desk(answers=answers)
    take_inventory(at.session)

    assert set(at.store.holdings("o-1")) == {"subscription:plan-1", "reservation:order-1/r", "savingsplan:s"}


@pytest.mark.parametrize("name", ["list_reservations", "list_savings_plans"])
@pytest.mark.parametrize(
    ("error", "action"),
    [
        (RefusedError("no", advice="Do this."), "Do this."),
        (RefusedError("no"), AZURE_ROLE),
        (SignInRequiredError("no"), AZURE_ROLE),
    ],
)
def test_an_azure_that_cannot_be_read_is_a_problem_for_a_person_and_misses_nothing(
    name: str, error: Exception, action: str
) -> None:
    at = desk(RESERVED, SAVED, answers={name: error})
    found = take_inventory(at.session)

    (problem,) = found.problems
    assert (problem.collection, problem.code, problem.operator_action, problem.passes_by_itself) == (
        "azure",
        "azure_unreadable",
        action,
        False,
    )
    assert at.store.holdings("o-1") == {item.holding.key: item for item in (RESERVED, SAVED)}
    assert problem.detail in at.timeline[-1].detail


@pytest.mark.parametrize("error", [BusyError("busy"), UnavailableError("down")])
def test_an_azure_that_is_only_busy_is_asked_again(error: Exception) -> None:
    at = desk(RESERVED, answers={"list_reservations": error})
    with pytest.raises(type(error)):
        take_inventory(at.session)

    assert at.store.changes == []


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        (RESERVED, True),
        (replace(RESERVED, missing_since=EARLIER), False),
        (replace(RESERVED, holding=replace(RESERVED.holding, parent_id="order-9")), False),
        (replace(SAVED, holding=replace(SAVED.holding, parent_id="order-1")), False),
        (None, False),
    ],
)
def test_a_reservation_shown_a_moment_ago_is_looked_for_again_before_a_person_is_asked(
    record: HoldingRecord | None, passes: bool
) -> None:
    at = desk(*([record] if record else []), answers={"list_entitlements": items(ENTITLED)})
    found = take_inventory(at.session)

    assert [(item.code, item.passes_by_itself) for item in found.problems] == [("reservation_not_visible", passes)]


# What is recorded.


def test_what_is_new_changed_or_missing_is_stored_in_one_write_and_the_rest_is_not() -> None:
    at = desk()
    at.port.answers["list_subscriptions"] = items(licence("same"), licence("changed"), licence("gone"))
    take_inventory(at.session)
    before = dict(at.store.holdings("o-1"))
    at.store.changes.clear()
    at.clock.advance(timedelta(hours=1))
    at.port.answers["list_subscriptions"] = items(licence("same"), licence("changed", "suspended"), licence("new"))
    take_inventory(at.session)

    (change,) = at.store.changes
    assert {item.holding.id for item in change.holdings} == {"changed", "gone", "new"}
    after = at.store.holdings("o-1")
    assert after["subscription:same"] == before["subscription:same"]
    assert after["subscription:gone"] == replace(before["subscription:gone"], missing_since=at.now)
    assert (after["subscription:changed"].holding.status, after["subscription:changed"].changed_at) == (
        S.SUSPENDED,
        at.now,
    )
    assert after["subscription:new"].first_seen_at == at.now
    assert at.session.records == after
    assert (at.timeline[-1].what, at.timeline[-1].detail) == ("inventory", "3 holdings, 3 new or changed")


def test_a_missing_azure_subscription_keeps_its_plan_from_being_suspended() -> None:
    below = items(*(AzureSubscription(name, "plan-1", name, "active") for name in "ab"))
    at = desk(answers={"list_subscriptions": items(azure_plan()), "list_azure_subscriptions": below})
    take_inventory(at.session)
    at.port.answers["list_azure_subscriptions"] = items()
    counts = []
    for _ in range(2):
        counts.append(take_inventory(at.session).by_key["subscription:plan-1"].active_children)
        at.clock.advance(PACE.vanish_proof)
    counts.append(take_inventory(at.session).by_key["subscription:plan-1"].active_children)

    assert counts == [2, 0, 0]
    assert at.stored("subscription:plan-1").holding.active_children == 0


KEYS = {
    "subscriptions": {"subscription:m"},
    "azureEntitlements": {"azure:plan/m"},
    "orders": {"order:m/1"},
    "entitlements": {"order:m/1", "reservation:m/1"},
    "transfers": {"transfer:m"},
    "reservations": {"reservation:m/1"},
    "savingsPlans": {"savingsplan:m"},
}
UNREAD = {
    "subscriptions": ("list_subscriptions", licence()),
    "azureEntitlements": ("list_azure_subscriptions", AzureSubscription("z", "plan-1", "z", "active")),
    "orders": ("list_orders", Order("9", "completed", EARLIER)),
    "entitlements": ("list_entitlements", Entitlement("software", "8", "1", 0)),
    "transfers": ("list_transfers", Transfer("9", "Expired")),
    "reservations": ("list_reservations", Reservation("9", "9", "n", "Cancelled")),
    "savingsPlans": ("list_savings_plans", SavingsPlan("9", "n", "Cancelled")),
}
MISSED = [
    known(thing(key=key, id=key))
    for key in (
        "subscription:m",
        "azure:plan/m",
        "order:m/1",
        "reservation:m/1",
        "transfer:m",
        "savingsplan:m",
    )
]


@pytest.mark.parametrize("collection", KEYS)
def test_what_an_incomplete_collection_does_not_show_is_not_missing(collection: str) -> None:
    name, item = UNREAD[collection]
    answers = {"list_subscriptions": items(azure_plan()), name: items(item, total=5)}
    if collection == "entitlements":
        answers["list_orders"] = items(Order("8", "cancelled", EARLIER, (OrderLine(1, "p", "n", 0),)))
    if collection == "subscriptions":
        answers[name] = items(item, azure_plan(), total=5)
    at = desk(*MISSED, answers=answers)
    found = take_inventory(at.session)

    assert [problem.collection for problem in found.problems] == [collection]
    kept = {key for key, record in at.store.holdings("o-1").items() if record.missing_since is None}
    assert {key for key in kept if key in {item.holding.key for item in MISSED}} == KEYS[collection]


@pytest.mark.parametrize("refused", ["Plan-1", "plan-2"])
def test_what_one_plan_does_not_show_is_not_missing_and_what_another_does_not_is(refused: str) -> None:
    def below(_: str, plan: str) -> Collection[AzureSubscription]:
        if plan == refused:
            raise RefusedError("no", status=400)
        return items()

    missed = [known(thing(key=key, id=key)) for key in ("azure:plan-1/m", "azure:plan-2/m", "azure:plan-10/m")]
    plans = items(azure_plan("Plan-1"), azure_plan("plan-2"))
    at = desk(*missed, answers={"list_subscriptions": plans, "list_azure_subscriptions": below})
    take_inventory(at.session)

    kept = {key for key, record in at.store.holdings("o-1").items() if record.missing_since is None}
    assert {key for key in kept if key.endswith("/m")} == {f"azure:{refused.lower()}/m"}


def test_the_timeline_tells_the_first_five_problems() -> None:
    empty = items(total=1)
    answers = dict.fromkeys([*READS[1:], "list_azure_subscriptions", "list_reservations"], empty)
    at = desk(answers={**answers, "list_subscriptions": items(azure_plan(), total=2)})
    found = take_inventory(at.session)

    assert len(found.problems) == 6
    told = "".join(f"; {problem.detail}" for problem in found.problems[:5])
    assert at.timeline[-1].detail == f"1 holdings, 1 new or changed{told}"


def test_without_a_problem_everything_that_is_not_shown_is_missing() -> None:
    at = desk(*MISSED)
    take_inventory(at.session)

    assert all(record.missing_since == at.now for record in at.store.holdings("o-1").values())


@pytest.mark.parametrize("name", ["list_reservations", "list_savings_plans"])
def test_an_unreadable_azure_misses_no_commitment_but_everything_else(name: str) -> None:
    answers = {"list_subscriptions": items(azure_plan()), name: RefusedError("no")}
    at = desk(*MISSED, answers=answers)
    take_inventory(at.session)

    kept = {key for key, record in at.store.holdings("o-1").items() if record.missing_since is None}
    assert kept == {"subscription:plan-1", "reservation:m/1", "savingsplan:m"}


# A transfer explains nothing about what stayed.


@pytest.mark.parametrize(
    ("status", "age", "stayed"),
    [
        ("active", timedelta(days=1), True),
        ("active", timedelta(days=1) - timedelta(microseconds=1), False),
        ("deleted", timedelta(days=9), False),
        ("active", None, True),
    ],
)
def test_what_is_still_there_a_day_after_its_transfer_has_stayed(
    status: str, age: timedelta | None, stayed: bool
) -> None:
    at = desk()
    moved: datetime | None = None if age is None else at.now - age
    at.port.answers |= {
        "list_subscriptions": items(licence("a", status)),
        "list_transfers": items(Transfer("t", "Completed", ("a",), moved)),
    }
    take_inventory(at.session)

    assert at.stored("subscription:a").stayed is stayed


def test_what_is_missing_has_not_stayed_and_what_stayed_is_not_stored_again() -> None:
    at = desk(known(thing()))
    at.port.answers["list_transfers"] = items(Transfer("t", "Completed", ("a",), EARLIER))
    take_inventory(at.session)
    assert not at.stored("subscription:a").stayed

    at.port.answers["list_subscriptions"] = items(licence())
    take_inventory(at.session)
    at.store.changes.clear()
    take_inventory(at.session)
    assert at.stored("subscription:a").stayed
    assert [change.holdings for change in at.store.changes] == [()]


# Reading back, and reading before writing again.


def seen(item: Subscription, **fields: Any) -> Holding:
    """The holding as an inventory recorded it."""
    at = desk(answers={"list_subscriptions": items(item)})
    return replace(take_inventory(at.session).holdings[0], **fields)


def test_reading_back_closes_what_shows_and_leaves_the_rest_open() -> None:
    open_still = known(seen(licence("open")), act(T.ACCEPTED))
    closed = known(seen(licence("done")), act(T.ACCEPTED))
    at = desk(open_still, closed, known(thing(name="elsewhere")))
    at.port.answers["list_subscriptions"] = items(licence("done", "suspended"), licence("open"), licence("new"))
    refresh_subscriptions(at.session)

    assert reads(at) == ["list_subscriptions"]
    (change,) = at.store.changes
    assert [item.holding.id for item in change.holdings] == ["done"]
    assert at.last("subscription:done").state is T.CONFIRMED
    assert at.stored("subscription:open") == open_still
    assert at.stored("subscription:elsewhere").missing_since is None
    assert "subscription:new" not in at.store.holdings("o-1")
    assert (at.timeline[-1].what, at.timeline[-1].detail) == (
        "read_back",
        "3 subscriptions read after writing, 1 changed",
    )


def test_reading_back_keeps_what_another_list_told() -> None:
    plan = known(seen(azure_plan(), active_children=2, covers=("savingsplan:1",)))
    at = desk(plan, answers={"list_subscriptions": items(azure_plan())})
    refresh_subscriptions(at.session)

    assert at.stored("subscription:plan-1") == plan


TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize(("due", "retry_in"), [(True, None), (True, timedelta(0)), (True, -TICK), (False, TICK)])
def test_everything_is_read_before_an_open_intent_is_written_again(
    state: ActionState, due: bool, retry_in: timedelta | None
) -> None:
    at = desk()
    retry_at = None if retry_in is None else at.now + retry_in
    untouched, done = known(thing(name="b")), known(thing(name="c"), act(T.CONFIRMED))
    at = desk(untouched, known(thing(), act(state, retry_at=retry_at)), done)
    close_open_intents(at.session)

    read = state is T.INTENDED and due
    assert at.whats == ["open_intents", "inventory"] * read
    assert bool(at.port.calls) is read


def test_only_the_last_action_can_be_open() -> None:
    at = desk(known(thing(), act(T.INTENDED), act(T.CONFIRMED)))
    close_open_intents(at.session)

    assert at.port.calls == []


def test_a_date_for_people_is_in_minutes() -> None:
    assert stamp(EARLIER) == "2026-05-29 12:00 UTC"
