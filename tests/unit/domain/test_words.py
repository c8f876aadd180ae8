"""The words of every service, in every spelling: which state each means, and that no other word means one (I8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.transfers import is_over
from shared.domain.holdings.classify import (
    azure_holding,
    reservation_holding,
    savings_plan_holding,
    subscription_holding,
)
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.reads import ordered_holdings
from shared.domain.holdings.records import AzureSubscription, Order, OrderLine, Reservation, SavingsPlan, Transfer
from shared.domain.lessons import Lesson
from shared.domain.policy import Policy
from tests.unit.domain.support import NOW, holding, record, situation
from tests.unit.domain.test_classify import LEGACY, NCE, subscription

K, S, A = HoldingKind, HoldingStatus, ActionKind
AZURE = {
    "active": S.ACTIVE,
    "enabled": S.ACTIVE,
    "warned": S.ACTIVE,
    "past due": S.ACTIVE,
    "expiring": S.ACTIVE,
    "auto renew": S.ACTIVE,
    "disabled": S.SUSPENDED,
    "suspended": S.SUSPENDED,
    "inactive": S.INACTIVE,
    "expired": S.INACTIVE,
    "canceled": S.INACTIVE,
    "cancelled": S.INACTIVE,
    "deleted": S.DELETED,
}
PLAN, LEGACY_AZURE = "DZH318Z0BPS6:0001", "MS-AZR-0145P"


def spellings(words: str) -> list[str]:
    parts = words.split()
    joined = "".join(parts)
    camel = parts[0] + "".join(part.title() for part in parts[1:])
    return [
        words,
        words.title(),
        words.upper(),
        joined,
        camel,
        camel[0].upper() + camel[1:],
        "_".join(parts),
        f" {words} ",
    ]


@pytest.mark.parametrize(("words", "status"), AZURE.items())
def test_an_azure_subscription_in_azures_own_words(words: str, status: HoldingStatus) -> None:
    for word in spellings(words):
        found = azure_holding(AzureSubscription("e-1", "p-1", "Work", word))
        assert (found.status, found.raw_status) == (status, word)
        decision = decide_all(situation(found))[found.key]
        assert decision.action is (None if found.ended else A.CANCEL_AZURE_SUBSCRIPTION)
        assert decision.safe is found.ended


@given(st.text(max_size=12))
def test_any_other_word_asks_a_person(word: str) -> None:
    known = {"".join(words.split()) for words in AZURE}
    if word.strip().casefold().translate({ord(mark): None for mark in " _-"}) in known:
        return
    found = azure_holding(AzureSubscription("e-1", "p-1", "Work", word))
    blocker = decide_all(situation(found))[found.key].blocker
    assert blocker is not None
    assert (found.status, blocker.cause, blocker.remedy) == (S.UNKNOWN, Cause.UNKNOWN_STATUS, Remedy.PERSON)


@pytest.mark.parametrize("offer", [NCE, LEGACY, PLAN, LEGACY_AZURE, "DG7GMGF0DWT9:0001"])
@pytest.mark.parametrize("word", ["canceled", "Cancelled", "CANCELED "])
def test_a_cancelled_subscription_is_a_deleted_one(offer: str, word: str) -> None:
    found = subscription_holding(subscription(offer, status=word, product_type=None))
    assert (found.status, found.raw_status, found.ended) == (S.DELETED, word, True)


@pytest.mark.parametrize("word", ["enabled", "Warned", "pastDue", "Past Due", "nonsense", ""])
@pytest.mark.parametrize("offer", [NCE, LEGACY, PLAN, LEGACY_AZURE])
def test_azures_words_for_running_are_words_of_azure_alone(offer: str, word: str) -> None:
    running = offer in (PLAN, LEGACY_AZURE) and word not in ("nonsense", "")
    assert subscription_holding(subscription(offer, status=word)).status is (S.ACTIVE if running else S.UNKNOWN)


@pytest.mark.parametrize("word", ["canceled", "Cancelled"])
def test_both_spellings_everywhere(word: str) -> None:
    assert reservation_holding(Reservation("o", "r", "R", word)).ended
    assert savings_plan_holding(SavingsPlan("s", "S", word)).ended
    assert is_over(Transfer("t", word))
    assert not ordered_holdings((Order("o", word, None, (OrderLine(0, "offer", "S", 1),)),))


def refused(state: ActionState = ActionState.POSTPONED, lesson: Lesson | None = Lesson.CHILDREN_ACTIVE) -> ActionRecord:
    return ActionRecord(A.SUSPEND_AZURE_PLAN, 1, "r", state, NOW, retry_at=NOW, lesson=lesson)


def cancelled(state: ActionState) -> ActionRecord:
    return ActionRecord(A.CANCEL_AZURE_SUBSCRIPTION, 1, "r", state, NOW)


@pytest.mark.parametrize("word", [*AZURE, "nonsense"])
def test_an_end_that_the_plans_refusal_contradicts_is_cancelled_once(word: str) -> None:
    """Only `inactive` is documented to follow a cancel; of that one the refusal passes by itself."""
    plan = holding(K.AZURE_PLAN, id="p-1", key="subscription:p-1")
    child = azure_holding(AzureSubscription("e-1", "P-1", "Work", word))
    doubtful = child.ended and word != "inactive"
    together = situation(record(plan, actions=(refused(),)), child)
    assert (decide_all(together)[child.key].action is A.CANCEL_AZURE_SUBSCRIPTION) is (
        doubtful or child.status in (S.ACTIVE, S.SUSPENDED)
    )
    if not doubtful:
        return
    for state in ActionState:
        tried = situation(record(plan, actions=(refused(),)), record(child, actions=(cancelled(state),)))
        assert (decide_all(tried)[child.key].action is not None) is (state is ActionState.FORGIVEN), state
    for other in (refused(lesson=None), refused(ActionState.REFUSED), cancelled(ActionState.POSTPONED)):
        assert decide_all(situation(record(plan, actions=(other,)), child))[child.key].safe
    gone = situation(record(plan, actions=(refused(),)), record(child, missing_since=NOW))
    assert decide_all(gone)[child.key].action is None
    elsewhere = azure_holding(AzureSubscription("e-1", "p-2", "Work", word))
    assert decide_all(situation(record(plan, actions=(refused(),)), elsewhere))[elsewhere.key].safe


def test_what_only_looks_ended_of_another_reseller_is_left_alone() -> None:
    plan = holding(K.AZURE_PLAN, id="p-1", key="subscription:p-1", reseller="1")
    child = azure_holding(AzureSubscription("e-1", "p-1", "Work", "deleted"), "2")
    together = situation(record(plan, actions=(refused(),)), child, policy=Policy(reseller="1"))
    assert decide_all(together)[child.key].action is None
