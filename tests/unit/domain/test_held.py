"""What is left alone: while it is in an open transfer, and while the customer holds something of another reseller."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import SAFE, ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.decisions import Adjustment
from shared.domain.decisions.resellers import ASK, is_foreign, leave_to_other_resellers, refusal
from shared.domain.decisions.transfers import (
    SETTLED_AFTER,
    TRANSFER_OPEN,
    is_over,
    leave_to_transfers,
    moved_away,
    stayed,
)
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Transfer
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, NOW, situation

K, S, A, C = HoldingKind, HoldingStatus, ActionKind, Cause
TICK = timedelta(microseconds=1)
AGAIN = NOW + timedelta(hours=6)


def item(key: str, kind: HoldingKind = K.NCE_LICENCE, **fields: Any) -> Holding:
    return Holding(key, kind, key, f"name of {key}", fields.pop("status", S.ACTIVE), **fields)


def acting(key: str, **fields: Any) -> Disposition:
    blocker = Blocker(key, f"name of {key}", C.ACTION_DUE, Remedy.PIPELINE, "due", paid_until=EARLIER)
    return Disposition(**{"action": A.CANCEL, "blocker": blocker, "closes_at": LATER, **fields})


# Transfers.

TRANSFER = Blocker("transfer:t", "transfer t", C.OPEN_TRANSFER, Remedy.RECHECK, "open", until=AGAIN)
PLAN = item("subscription:p", K.AZURE_PLAN)
BELOW = item("azure:p/s", K.AZURE_SUBSCRIPTION, parent_id="P")
ORPHAN = item("azure:?/s", K.AZURE_SUBSCRIPTION)
RESERVED = item("reservation:o/r", K.RESERVATION)
SAVING = item("savingsplan:s", K.SAVINGS_PLAN)
LICENCE, OTHER = item("subscription:a"), item("subscription:b")
SOFTWARE = item("order:o/1", K.PERPETUAL_SOFTWARE)
EVERYTHING = (PLAN, BELOW, ORPHAN, RESERVED, SAVING, LICENCE, OTHER, SOFTWARE)

IN_A_TRANSFER: list[tuple[tuple[str, ...], set[str]]] = [
    ((), {one.key for one in EVERYTHING}),
    (("subscription:a",), {"subscription:a"}),
    (("subscription:a", "subscription:b"), {"subscription:a", "subscription:b"}),
    (("subscription:p",), {"subscription:p", "azure:p/s", "reservation:o/r", "savingsplan:s"}),
    (("subscription:x",), set()),
    (("subscription:",), {"azure:?/s"}),
]


@pytest.mark.parametrize(("covers", "inside"), IN_A_TRANSFER)
def test_what_an_open_transfer_holds(covers: tuple[str, ...], inside: set[str]) -> None:
    opened = item("transfer:t", K.OPEN_TRANSFER, covers=covers)
    holdings = {one.key: one for one in (*EVERYTHING, opened)}
    decisions = {one.key: acting(one.key) for one in EVERYTHING} | {"transfer:t": Disposition(blocker=TRANSFER)}

    found = leave_to_transfers(situation(*holdings.values()), decisions)

    assert found.keys() == inside
    for key, decision in found.items():
        blocker = decision.blocker
        assert blocker is not None
        assert decision == Disposition(None, blocker, LATER)
        assert "name of transfer:t" in blocker.detail
        assert blocker == Blocker(
            key,
            f"name of {key}",
            C.OPEN_TRANSFER,
            Remedy.RECHECK,
            blocker.detail,
            until=AGAIN,
        )


@pytest.mark.parametrize("kept", [leave_to_transfers, leave_to_other_resellers])
@pytest.mark.parametrize(("ends", "until"), [(True, LATER), (False, None)])
def test_what_is_left_alone_is_paid_until_a_date_only_where_it_ends_by_itself(
    kept: Adjustment, ends: bool, until: datetime | None
) -> None:
    """Its planned end is not written: what renews has renewed by then."""
    left = replace(LICENCE, term_end=LATER, auto_renew=not ends, ends_at_term=ends)
    opened = item("transfer:t", K.OPEN_TRANSFER)
    foreign = replace(OTHER, reseller="222")
    decisions = {left.key: acting(left.key), "transfer:t": Disposition(blocker=TRANSFER), OTHER.key: BLOCKED}
    found = kept(situation(left, opened, foreign, policy=NAMED), decisions)[left.key].blocker

    assert found is not None
    assert found.paid_until == until
    assert found.endless is not ends


def test_a_transfer_takes_nothing_from_what_nothing_is_done_about() -> None:
    dated = Disposition(None, Blocker("subscription:a", "a", C.IN_TERM, Remedy.DATE, "dated", until=LATER))
    holdings = {one.key: one for one in (LICENCE, OTHER, item("transfer:t", K.OPEN_TRANSFER))}
    decisions = {"subscription:a": dated, "subscription:b": SAFE, "transfer:t": Disposition(blocker=TRANSFER)}

    assert leave_to_transfers(situation(*holdings.values()), decisions) == {}
    assert (
        leave_to_transfers(
            situation(*holdings.values()), {"transfer:t": Disposition(), "subscription:a": acting("subscription:a")}
        )
        == {}
    )


def test_an_action_without_a_blocker_is_held_without_a_date_of_payment() -> None:
    holdings = {one.key: one for one in (LICENCE, item("transfer:t", K.OPEN_TRANSFER))}
    decisions = {
        "subscription:a": acting("subscription:a", blocker=None),
        "transfer:t": Disposition(blocker=TRANSFER),
    }
    blocker = leave_to_transfers(situation(*holdings.values()), decisions)["subscription:a"].blocker

    assert blocker is not None
    assert (blocker.until, blocker.paid_until) == (AGAIN, None)


TRANSFER_WORDS = [
    # word, over, took something away
    ("Active", False, False),
    ("Pending", False, False),
    ("InProgress", False, False),
    ("Complete", True, True),
    ("Completed", True, True),
    ("PartiallyComplete", True, True),
    ("CompletedWithErrors", True, True),
    ("Reject", True, False),
    ("Rejected", True, False),
    ("Canceled", True, False),
    ("Cancelled", True, False),
    ("Declined", True, False),
    ("Expired", True, False),
    ("Failed", True, False),
    ("Frozen", False, False),
    ("", False, False),
]


@pytest.mark.parametrize(("word", "over", "took"), TRANSFER_WORDS)
@pytest.mark.parametrize("outgoing", [True, False, None])
def test_only_a_completed_transfer_of_ours_took_something_away(
    word: str, over: bool, took: bool, outgoing: bool | None
) -> None:
    moved = Transfer("t", word, ("A", "b"), NOW, outgoing)

    assert is_over(moved) is over
    expected = {"subscription:a": NOW, "subscription:b": NOW}
    assert moved_away((moved,)) == (expected if took and outgoing is not False else {})


def test_only_these_words_are_known_to_be_open() -> None:
    assert {word for word, _, _ in TRANSFER_WORDS if word.casefold() in TRANSFER_OPEN} == {
        "Active",
        "Pending",
        "InProgress",
    }


def test_a_transfer_explains_what_is_gone_for_a_day() -> None:
    assert timedelta(days=1) == SETTLED_AFTER
    for at, too_late in (
        (NOW, False),
        (NOW - SETTLED_AFTER + TICK, False),
        (NOW - SETTLED_AFTER, True),
        (NOW - SETTLED_AFTER - TICK, True),
        (None, True),
    ):
        assert stayed({"a": at}, "a", NOW) is too_late
    assert stayed({"a": None}, "b", NOW) is False


# Resellers.

FOREIGN: list[tuple[str | None, HoldingStatus, str | None, bool, bool]] = [
    # owner, status, named, indirect provider, foreign
    (None, S.ACTIVE, None, True, False),
    (None, S.ACTIVE, "111", True, False),
    ("111", S.ACTIVE, "111", True, False),
    ("111", S.ACTIVE, "111", False, False),
    ("222", S.ACTIVE, "111", False, True),
    ("222", S.SUSPENDED, "111", True, True),
    ("222", S.UNKNOWN, "111", True, True),
    ("222", S.ACTIVE, None, True, True),
    ("222", S.ACTIVE, None, False, False),
    ("222", S.DELETED, "111", True, False),
    ("222", S.EXPIRED, None, True, False),
]


@pytest.mark.parametrize(("owner", "status", "named", "indirect", "foreign"), FOREIGN)
def test_whose_it_is(
    owner: str | None, status: HoldingStatus, named: str | None, indirect: bool, foreign: bool
) -> None:
    policy = Policy(reseller=named, indirect=indirect)
    mine = item("a", reseller=owner, status=status)

    assert is_foreign(mine, policy) is foreign
    found = refusal([mine], policy)
    assert (found[0] if found else None) == (
        None if not foreign else "reseller_required" if named is None else "other_reseller"
    )


def test_a_refusal_names_every_other_reseller_once_and_in_order() -> None:
    items = [item("a", reseller="333"), item("b", reseller="222"), item("c", reseller="333"), item("d", reseller="111")]

    found = refusal(items, Policy(reseller="111"))
    assert found is not None
    assert "222, 333:" in found[1]
    assert found[1].startswith("resellerMpnId is 111,")
    unnamed = refusal(items, Policy(indirect=True))
    assert unnamed is not None
    assert unnamed[1].endswith("belongs to 111, 222, 333")
    assert refusal([], Policy(reseller="111")) is None


MINE, NOBODYS, THEIRS = item("mine", reseller="111"), item("nobodys"), item("theirs", reseller="222")
ALL = {one.key: one for one in (MINE, NOBODYS, THEIRS)}
NAMED = Policy(reseller="111")
BLOCKED = Disposition(blocker=Blocker("theirs", "theirs", C.OTHER_RESELLER, Remedy.PERSON, "theirs"))


def left_alone(key: str, closes: bool = True) -> Disposition:
    detail = "will be left alone while the customer holds something of another reseller"
    blocker = Blocker(key, f"name of {key}", C.OTHER_RESELLER, Remedy.PERSON, detail, ASK)
    return Disposition(None, blocker, LATER if closes else None)


def test_while_another_reseller_is_there_only_the_named_ones_are_acted_on() -> None:
    decisions = {"mine": acting("mine"), "nobodys": acting("nobodys"), "theirs": BLOCKED}

    assert leave_to_other_resellers(situation(*ALL.values(), policy=NAMED), decisions) == {
        "nobodys": left_alone("nobodys")
    }
    assert leave_to_other_resellers(situation(*ALL.values(), policy=Policy(indirect=True)), decisions) == {
        "mine": left_alone("mine"),
        "nobodys": left_alone("nobodys"),
    }


@pytest.mark.parametrize(
    ("owner", "theirs", "policy"),
    [
        ("111", SAFE, NAMED),
        ("222", BLOCKED, Policy()),
        ("222", BLOCKED, Policy(reseller="222")),
    ],
)
def test_nothing_is_held_back_where_nothing_foreign_blocks(owner: str, theirs: Disposition, policy: Policy) -> None:
    holdings = ALL | {"mine": replace(MINE, reseller=owner)}
    decisions = {"mine": acting("mine"), "nobodys": acting("nobodys"), "theirs": theirs}

    assert leave_to_other_resellers(situation(*holdings.values(), policy=policy), decisions) == {}


def test_what_nothing_is_done_about_keeps_its_own_reason() -> None:
    dated = Disposition(None, Blocker("mine", "mine", C.IN_TERM, Remedy.DATE, "dated", until=LATER))
    bare = acting("nobodys", blocker=None)

    assert (
        leave_to_other_resellers(
            situation(*ALL.values(), policy=Policy(indirect=True)), {"mine": dated, "nobodys": bare, "theirs": BLOCKED}
        )
        == {}
    )
    decisions = {"mine": SAFE, "nobodys": acting("nobodys", closes_at=None), "theirs": BLOCKED}
    assert leave_to_other_resellers(situation(*ALL.values(), policy=NAMED), decisions) == {
        "nobodys": left_alone("nobodys", closes=False)
    }
