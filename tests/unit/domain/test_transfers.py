"""Open transfers hold what is in them; completed ones explain what is gone."""

from datetime import datetime, timedelta

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.transfers import is_over, moved_away, stayed
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Transfer
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import LATER, NOW, holding, record

K, S = HoldingKind, HoldingStatus


def licence(key: str, parent: str | None = None) -> Holding:
    item = holding(K.NCE_LICENCE, S.ACTIVE, cancellable_until=LATER, term_end=LATER, parent_id=parent)
    return Holding(**{**{name: getattr(item, name) for name in item.__slots__}, "key": key, "id": key.split(":")[1]})


def known(*holdings: Holding) -> dict[str, HoldingRecord]:
    return {item.key: record(item) for item in holdings}


def transfer(*covers: str, status: HoldingStatus = S.ACTIVE) -> Holding:
    return Holding("transfer:t", K.OPEN_TRANSFER, "t", "transfer t", status, raw_status=status.value, covers=covers)


def test_only_what_is_in_the_transfer_is_left_alone() -> None:
    moving, staying = licence("subscription:a"), licence("subscription:b")
    decisions = decide_all(Situation(known(moving, staying, transfer("subscription:a")), Policy(), Pace(), NOW))

    assert decisions["subscription:b"].action is ActionKind.CANCEL
    held = decisions["subscription:a"]
    assert held.action is None
    assert held.blocker is not None
    assert (held.blocker.cause, held.blocker.remedy) == (Cause.OPEN_TRANSFER, Remedy.RECHECK)
    assert held.closes_at == LATER


@pytest.mark.parametrize("status", [S.ACTIVE, S.UNKNOWN])
def test_a_transfer_that_does_not_say_what_is_in_it_holds_everything(status: HoldingStatus) -> None:
    decisions = decide_all(
        Situation(
            known(licence("subscription:a"), licence("subscription:b"), transfer(status=status)), Policy(), Pace(), NOW
        )
    )

    assert all(item.action is None for item in decisions.values())


def test_azure_subscriptions_move_with_their_plan() -> None:
    below = Holding("azure:p/s", K.AZURE_SUBSCRIPTION, "s", "Production", S.ACTIVE, parent_id="P")
    decisions = decide_all(Situation(known(below, transfer("subscription:p")), Policy(), Pace(), NOW))

    assert decisions["azure:p/s"].action is None


def test_reservations_and_savings_plans_move_with_an_azure_plan() -> None:
    plan = Holding("subscription:p", K.AZURE_PLAN, "p", "Azure plan", S.ACTIVE)
    reserved = Holding("reservation:o/r", K.RESERVATION, "r", "VM", S.ACTIVE, parent_id="o", term_end=LATER)
    with_plan = decide_all(Situation(known(plan, reserved, transfer("subscription:p")), Policy(), Pace(), NOW))
    without = decide_all(Situation(known(plan, reserved, transfer("subscription:x")), Policy(), Pace(), NOW))

    assert with_plan["reservation:o/r"].action is None
    assert without["reservation:o/r"].action is ActionKind.RETURN_RESERVATION


def test_a_transfer_to_us_takes_nothing_away() -> None:
    coming = Transfer("t", "Complete", ("A",), outgoing=False)

    assert moved_away((coming,)) == {}


@pytest.mark.parametrize(
    ("at", "explains"), [(NOW - timedelta(days=2), False), (NOW - timedelta(hours=2), True), (None, False)]
)
def test_what_is_still_there_a_day_after_its_transfer_is_not_explained_by_it(
    at: datetime | None, explains: bool
) -> None:
    assert stayed({"subscription:a": at}, "subscription:a", NOW) is not explains
    assert not stayed({}, "subscription:a", NOW)


@pytest.mark.parametrize(
    ("status", "over", "done"),
    [
        ("Active", False, False),
        ("Complete", True, True),
        ("Completed", True, True),
        ("PartiallyComplete", True, True),
        ("CompletedWithErrors", True, True),
        ("Cancelled", True, False),
        ("Declined", True, False),
        ("InProgress", False, False),
        ("Reject", True, False),
        ("", False, False),
        ("Frozen", False, False),
    ],
)
def test_which_transfers_are_over_and_which_took_something_away(status: str, over: bool, done: bool) -> None:
    item = Transfer("t", status, ("A",))

    assert is_over(item) is over
    assert moved_away((item,)) == ({"subscription:a": None} if done else {})
