"""What holds for every holding, state, window, term and policy: the bounds of the first decision (I1, I8)."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.judging import DAY
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

K, S, A = HoldingKind, HoldingStatus, ActionKind
ENDED = {S.EXPIRED, S.DISABLED, S.DELETED, S.INACTIVE, S.CANCELLED}
POLICIES = (
    Policy(),
    Policy(strict_nce=False),
    Policy(refund_reservations=False, cancel_marketplace=False, wait_for_transfers=False),
    Policy(cancel_marketplace=False, strict_nce=False),
    Policy(perpetual_past_window_blocks=True, reactivate_suspended=True),
    Policy(reseller="111"),
)
CAN_BE_DONE: dict[HoldingKind, set[ActionKind]] = {
    K.LEGACY_LICENCE: {A.SUSPEND},
    K.LEGACY_AZURE: {A.SUSPEND},
    K.NCE_LICENCE: {A.CANCEL, A.END_AT_TERM, A.REACTIVATE},
    K.TRIAL: {A.CANCEL, A.END_AT_TERM, A.REACTIVATE},
    K.AZURE_SUBSCRIPTION: {A.CANCEL_AZURE_SUBSCRIPTION},
    K.AZURE_PLAN: {A.SUSPEND_AZURE_PLAN},
    K.RESERVATION: {A.RETURN_RESERVATION, A.STOP_RENEWAL},
    K.SAVINGS_PLAN: {A.STOP_RENEWAL},
    K.PERPETUAL_SOFTWARE: {A.CANCEL_ORDER},
    K.SOFTWARE_SUBSCRIPTION: {A.CANCEL, A.END_AT_TERM},
    K.MARKETPLACE: {A.CANCEL, A.END_AT_TERM},
    K.PENDING_ORDER: set(),
    K.OPEN_TRANSFER: set(),
    K.UNKNOWN: set(),
}
LEAVES_NOTHING_BILLED = {K.LEGACY_LICENCE, K.LEGACY_AZURE, K.AZURE_PLAN}
STILL_BILLED = {K.NCE_LICENCE, K.TRIAL, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE}

Answer = tuple[Holding, Policy, bool, Disposition]


@cache
def answers(kind: HoldingKind) -> tuple[Answer, ...]:
    """The answer to every combination of what a rule may look at, a few hundred for each state."""
    return tuple(_answers(kind))


def _answers(kind: HoldingKind) -> Iterator[Answer]:
    ends = (None, LATER, NOW, NOW - 2 * DAY)
    for status, until, end, renews, refused, policy in product(
        S, (None, LATER, EARLIER), ends, (None, True, False), (False, True), POLICIES
    ):
        item = holding(
            kind,
            status,
            cancellable_until=until,
            term_end=end,
            auto_renew=renews,
            parent_id="order",
            active_children=int(refused),
            reseller="222" if policy.reseller and renews else None,
        )
        yield item, policy, refused, disposition(item, policy, Pace(), NOW, cancel_refused=refused)


def test_every_kind_has_its_actions() -> None:
    assert CAN_BE_DONE.keys() == set(HoldingKind)


@pytest.mark.parametrize("kind", HoldingKind)
def test_only_what_ends_a_kind_is_ever_done_to_it_and_all_of_it_is(kind: HoldingKind) -> None:
    done = {found.action for _, _, _, found in answers(kind) if found.action is not None}

    assert done == CAN_BE_DONE[kind]


def may_be_safe(item: Holding, policy: Policy, refused: bool) -> bool:
    """All that is ever safe, said once more in other words than those of the rules."""
    if item.status in ENDED:
        return True
    if item.status not in (S.ACTIVE, S.SUSPENDED) or item.reseller == "222":
        return False
    window_open = (item.cancellable_until == LATER or item.kind is K.TRIAL) and not refused
    if item.kind is K.PERPETUAL_SOFTWARE:
        over = item.cancellable_until == EARLIER or refused
        return over and not policy.perpetual_past_window_blocks
    if item.status is S.ACTIVE:
        return False
    if item.kind is K.MARKETPLACE and not policy.cancel_marketplace:
        return not policy.strict_nce
    if item.kind in STILL_BILLED:
        return not policy.strict_nce and not window_open
    return item.kind in LEAVES_NOTHING_BILLED and not (item.kind is K.AZURE_PLAN and item.active_children)


@pytest.mark.parametrize("kind", HoldingKind)
def test_only_what_is_listed_here_is_safe(kind: HoldingKind) -> None:
    for item, policy, refused, found in answers(kind):
        assert found.safe is may_be_safe(item, policy, refused), (item, policy, refused)


@pytest.mark.parametrize("kind", HoldingKind)
def test_the_remedy_fits_what_it_says(kind: HoldingKind) -> None:
    for item, _, _, found in answers(kind):
        blocker = found.blocker
        if blocker is None:
            assert found == Disposition()
            continue
        dated = blocker.remedy is Remedy.DATE
        assert (blocker.remedy is Remedy.PIPELINE) is (blocker.cause is Cause.ACTION_DUE)
        assert found.action is not None or blocker.remedy is not Remedy.PIPELINE
        # What nobody knows the end of is kept from renewing while a person looks at it.
        kept = found.action in (A.END_AT_TERM, A.STOP_RENEWAL) and item.term_end is None
        assert found.action is None or kept or blocker.remedy in (Remedy.PIPELINE, Remedy.DATE)
        assert blocker.until == (item.term_end if dated else blocker.until)
        assert (blocker.until is not None) is (blocker.remedy in (Remedy.DATE, Remedy.RECHECK))
        assert blocker.until is None or blocker.until > NOW
        assert bool(blocker.what_to_do) or blocker.remedy is not Remedy.PERSON
        assert (blocker.key, blocker.name) == (item.key, item.name)


@pytest.mark.parametrize("kind", HoldingKind)
def test_nothing_is_done_to_what_is_over_unknown_foreign_or_not_there_yet(kind: HoldingKind) -> None:
    for item, policy, _, found in answers(kind):
        if item.status in ENDED | {S.UNKNOWN} or item.reseller == "222":
            assert found.action is None
        if item.status is S.PENDING and kind is not K.MARKETPLACE:
            assert found.action is None
        if kind is K.MARKETPLACE and not policy.cancel_marketplace:
            assert found.action is None


@pytest.mark.parametrize("kind", HoldingKind)
def test_a_window_is_only_named_while_it_is_used(kind: HoldingKind) -> None:
    for item, _, refused, found in answers(kind):
        used = found.action is not None and found.blocker is not None and found.blocker.remedy is Remedy.PIPELINE
        is_open = item.cancellable_until == LATER and not refused
        assert found.closes_at == (LATER if used and is_open else None)
