"""The plan: counts by who takes a blocker away, the earliest closing window, the longest payment, and the digest."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decisions.plan import Plan, draft_plan
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, record

K, S = HoldingKind, HoldingStatus
SOON, LONG = NOW + timedelta(hours=1), LATER + timedelta(days=300)
SUSPENDED = holding(K.LEGACY_LICENCE, S.SUSPENDED, key="a:safe", id="1")
LEGACY = holding(K.LEGACY_LICENCE, key="b:legacy", id="2")
IN_WINDOW = holding(K.NCE_LICENCE, key="c:window", id="3", cancellable_until=LATER)
CLOSING = replace(IN_WINDOW, key="d:closing", id="4", cancellable_until=SOON)
LATE = holding(K.NCE_LICENCE, key="e:late", id="5", cancellable_until=EARLIER, term_end=LATER, auto_renew=True)
LONGEST = replace(LATE, key="f:longest", id="6", term_end=LONG, auto_renew=False, ends_at_term=True)
UNKNOWN = holding(K.NCE_LICENCE, S.UNKNOWN, key="g:unknown", id="7")
PENDING = holding(K.NCE_LICENCE, S.PENDING, key="h:pending", id="8")
AZURE = holding(K.AZURE_PLAN, key="i:plan", id="9", active_children=2)


def plan(*items: Holding, problems: tuple[InventoryProblem, ...] = ()) -> Plan:
    return draft_plan(Situation({item.key: record(item) for item in items}, Policy(), Pace(), NOW), problems)


def test_a_plan_counts_everything_that_is_known() -> None:
    items = (SUSPENDED, LEGACY, IN_WINDOW, CLOSING, LATE, LONGEST, UNKNOWN, PENDING, AZURE)
    found = plan(*items)

    wanted = {LEGACY.key: "suspend", IN_WINDOW.key: "cancel", CLOSING.key: "cancel", LATE.key: "end_at_term"}
    steps = [[key, action, action == "cancel"] for key, action in wanted.items()]
    steps += [[AZURE.key, "suspend_azure_plan", False], ["relationship", "remove", True]]
    steps += [["delegated_admin", "terminate", True]]
    assert found == Plan(
        holdings=9,
        actions=(("cancel", 2), ("end_at_term", 1), ("suspend", 1)),
        dated_blockers=2,
        undated_blockers=1,
        unsettled_blockers=1,
        first_window_closes_at=SOON,
        paid_until=None,
        irreversible=4,
        digest=hashlib.sha256(json.dumps(sorted(steps), separators=(",", ":")).encode()).hexdigest(),
    )


def test_a_known_end_hides_no_unknown_one() -> None:
    known = (SUSPENDED, LEGACY, IN_WINDOW, LATE, LONGEST, AZURE)
    assert plan(*known).paid_until == LONG
    for item in (UNKNOWN, PENDING):
        assert plan(*known, item).paid_until is None


@pytest.mark.parametrize(
    ("item", "today"),
    [
        (SUSPENDED, True),
        (LEGACY, True),
        (IN_WINDOW, True),
        (AZURE, True),
        (LATE, False),
        (LONGEST, False),
        (UNKNOWN, False),
        (PENDING, False),
    ],
)
def test_only_what_can_be_ended_at_once_can_finish_today(item: Holding, today: bool) -> None:
    assert plan(item).can_finish_today is today
    assert plan(item, LEGACY, SUSPENDED).can_finish_today is today


def test_a_plan_for_nothing_is_empty() -> None:
    found = plan()

    assert (found.holdings, found.actions, found.first_window_closes_at, found.paid_until) == (0, (), None, None)
    assert found.can_finish_today


def test_what_a_person_must_make_readable_counts_and_what_passes_by_itself_does_not() -> None:
    problems = [InventoryProblem("azure", "x", "y", passes_by_itself=passes) for passes in (False, False, True)]
    found = plan(UNKNOWN, problems=tuple(problems))

    assert found.undated_blockers == 3
    assert not plan(problems=tuple(problems[:1])).can_finish_today
    assert plan(problems=tuple(problems[2:])).can_finish_today


def test_the_digest_binds_every_step_and_no_order() -> None:
    same = {
        plan(IN_WINDOW, LATE).digest,
        plan(LATE, IN_WINDOW).digest,
        plan(replace(LATE, name="other"), IN_WINDOW).digest,
    }
    other = {
        plan(IN_WINDOW).digest,
        plan(IN_WINDOW, LATE, LEGACY).digest,
        plan(IN_WINDOW, replace(LATE, key="x:other")).digest,
    }

    assert len(same) == 1
    assert len(same | other) == 4
    assert plan(IN_WINDOW, replace(LATE, ends_at_term=True)).digest == plan(IN_WINDOW).digest, (
        "nothing is written to it"
    )


def test_what_is_missing_counts_as_unsettled() -> None:
    missing = HoldingRecord(LEGACY, EARLIER, EARLIER, missing_since=NOW)
    found = draft_plan(Situation({LEGACY.key: missing}, Policy(), Pace(), NOW), ())

    assert (found.unsettled_blockers, found.actions, found.can_finish_today) == (1, (), False)
