"""How a look of restore ends, as a truth table over what is decided about its holdings; and the words of the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.errors import RefusedError
from shared.domain.holdings.ledger import ActionRecord, ActionState, Before, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.offboarding.record import Withdrawal
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.pipeline.core.outcome import Again, Attention, Finish
from shared.pipeline.core.session import Session
from shared.pipeline.stages import restore as stage
from tests.unit.domain.support import holding
from tests.unit.support.scripted import NOW, PACE, Tenant, complete, legacy, noted, session_at

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON = NOW + PACE.looks.after(0)
BY = Actor(ActorType.PERSON, "p-1", "Ms. Requester")
WORDS = Withdrawal(BY, "a mistake", NOW)
SUSPENDED = ActionRecord(ActionKind.SUSPEND, 1, "s-1", ActionState.CONFIRMED, NOW - DAY, NOW - DAY)


def back(state: ActionState, retry_in: timedelta | None = None) -> ActionRecord:
    """Our call that puts a status back, and what became of it."""
    retry_at = NOW + retry_in if retry_in is not None else None
    return ActionRecord(ActionKind.RESTORE_STATUS, 2, "r-1", state, NOW, NOW, 409, "busy", retry_at=retry_at, tries=1)


STATES: dict[str, tuple[str, tuple[ActionRecord, ...]]] = {
    "untouched": ("active", ()),
    "back": ("active", (SUSPENDED,)),
    "due": ("suspended", (SUSPENDED,)),
    "shows later": ("suspended", (SUSPENDED, back(ActionState.ACCEPTED))),
    "tried later": ("suspended", (SUSPENDED, back(ActionState.POSTPONED, 3 * HOUR))),
    "asks": ("suspended", (SUSPENDED, back(ActionState.REFUSED, DAY))),
    "lost": ("suspended", (SUSPENDED, back(ActionState.REFUSED))),
}
"""What a legacy licence shows, and what we did to it, by what is decided about it."""


def session_of(*names: str) -> Session:
    """At licences in these states, which the tenant shows as well."""
    records, items = [], []
    for number, name in enumerate(names):
        status, actions = STATES[name]
        key = f"l{number}"
        items.append(legacy(key, status))
        seen = holding(HoldingKind.LEGACY_LICENCE, HoldingStatus(status), key=f"subscription:{key}", id=key, name=key)
        was = Before(HoldingStatus.ACTIVE, 5)
        records.append(HoldingRecord(seen, NOW - DAY, NOW - DAY, actions=actions, before=was))
    return session_at(Stage.RESTORE, Tenant(subscriptions=complete(*items)), records, withdrawal=WORDS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), None),
        (("untouched",), None),
        (("back", "untouched"), None),
        (("lost",), None),
        (("lost", "back"), None),
        (("asks",), ReasonCode.NOT_RESTORED),
        (("asks", "lost", "back"), ReasonCode.NOT_RESTORED),
        (("due",), (SOON, False)),
        (("due", "back"), (SOON, False)),
        (("due", "lost"), (SOON, False)),
        (("due", "asks"), (SOON, True)),
        (("due", "tried later"), (SOON, False)),
        (("shows later",), (SOON, False)),
        (("shows later", "lost"), (SOON, False)),
        (("shows later", "asks"), (SOON, True)),
        (("tried later",), (NOW + 3 * HOUR, False)),
        (("tried later", "back"), (NOW + 3 * HOUR, False)),
        (("tried later", "shows later"), (SOON, False)),
        (("tried later", "asks"), (NOW + 3 * HOUR, True)),
    ],
)
def test_how_a_look_ends(names: tuple[str, ...], expected: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended, when nothing is left to do; else again soon or at its date, and with a person where one can help."""
    monkeypatch.setattr(stage, "WAVES", 0)
    outcome = stage.restore(session_of(*names))
    match outcome:
        case Finish(status=status):
            assert (expected, status) == (None, Status.WITHDRAWN)
        case Attention(code=code):
            assert code == expected
        case Again(at=at, reason=reason, trouble=trouble):
            assert (at, trouble) == expected
            assert reason.code is (ReasonCode.NOT_RESTORED if trouble else ReasonCode.RESTORING)
        case _:
            raise AssertionError(outcome)


def test_what_is_more_than_one_round_can_do_is_said_to_follow_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "WAVES", 0)
    outcome = stage.restore(session_of("due"))
    assert isinstance(outcome, Again)
    assert outcome.reason.text == "what was changed is being put back: more is put back at once"


@pytest.mark.parametrize(("count", "more"), [(1, ""), (3, ""), (4, " and 1 more"), (6, " and 3 more")])
@pytest.mark.parametrize("state", ["asks", "shows later"])
def test_three_are_named_and_the_rest_counted(state: str, count: int, more: str) -> None:
    outcome = stage.restore(session_of(*[state] * count))
    assert isinstance(outcome, Attention | Again)
    assert outcome.reason.text.count(";") == min(count, 3) - 1
    assert outcome.reason.text.endswith(more) or not more
    assert (" more" in outcome.reason.text) is bool(more)


# The words of the end.


def ending(*records: HoldingRecord, withdrawal: Withdrawal | None = WORDS, gdap: tuple[str, ...] = ()) -> Session:
    return session_at(Stage.RESTORE, Tenant(), records, withdrawal=withdrawal, gdap_requested=gdap)


def licence(name: str, *actions: ActionRecord) -> HoldingRecord:
    seen = holding(HoldingKind.LEGACY_LICENCE, key=f"subscription:{name}", id=name, name=name)
    return HoldingRecord(seen, NOW - DAY, NOW - DAY, actions=actions)


def lost(number: int) -> list[NotRestored]:
    return [NotRestored(f"k{place}", f"L{place}", None, "is gone", "Buy it again.") for place in range(number)]


REFUSED = replace(SUSPENDED, state=ActionState.REFUSED)
OURS, OTHERS = licence("ours", SUSPENDED), licence("others")


@pytest.mark.parametrize(
    ("records", "how"),
    [
        ((), "nothing had been changed"),
        ((OTHERS,), "nothing had been changed"),
        ((licence("refused", REFUSED), OTHERS), "nothing had been changed"),
        ((OURS,), "everything that was changed is as it was before"),
        ((OURS, OTHERS), "everything that was changed is as it was before"),
        ((OTHERS, OURS), "everything that was changed is as it was before"),
    ],
)
def test_one_that_was_changed_is_enough_to_say_so(records: tuple[HoldingRecord, ...], how: str) -> None:
    session = ending(*records)
    found = stage.withdrawn(session)
    assert (found.code, found.text) == (ReasonCode.WITHDRAWN, f"withdrawn by Ms. Requester: a mistake; {how}")
    assert found.operator_action == ""
    assert (session.offboarding.not_restored, session.offboarding.not_restored_count) == ((), 0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1 matter could not be put back: L0 is gone"),
        (3, "3 matters could not be put back: L0 is gone; L1 is gone; L2 is gone"),
        (4, "4 matters could not be put back: L0 is gone; L1 is gone; L2 is gone and 1 more"),
    ],
)
def test_what_is_lost_is_counted_and_three_are_named(number: int, text: str) -> None:
    session = ending(OURS, withdrawal=None)
    found = stage.withdrawn(session, lost(number))
    assert found.text == f"withdrawn; {text}"
    assert found.operator_action == "Buy or do again what could not be put back, if the customer needs it."
    assert session.offboarding.not_restored == tuple(lost(number))


def test_relationships_that_were_ended_for_good_are_among_what_is_lost() -> None:
    session = ending(OURS, gdap=("g-1",))
    found = stage.withdrawn(session, lost(1))
    assert session.offboarding.not_restored == (*lost(1), stage.GDAP)
    assert "2 matters could not be put back" in found.text


@pytest.mark.parametrize("number", [400, 401])
def test_the_head_names_as_many_as_an_event_can_hold_and_counts_all(number: int) -> None:
    session = ending(OURS)
    stage.withdrawn(session, lost(number))
    assert len(session.offboarding.not_restored) == 400
    assert session.offboarding.not_restored_count == number


def test_the_end_is_noted_and_each_holding_says_what_is_lost_of_it() -> None:
    session = session_of("lost", "back")
    outcome = stage.restore(session)
    assert isinstance(outcome, Finish)
    assert noted(session, "restored") == [outcome.reason.text]
    kept = session.services.store.holdings(session.offboarding.id)
    assert (kept["subscription:l0"].not_restored,) == session.offboarding.not_restored
    assert kept["subscription:l1"].not_restored is None


@pytest.mark.parametrize("accepted", [True, False])
def test_what_was_put_back_is_read_back_before_what_follows_it(accepted: bool) -> None:
    session = session_of("due")
    tenant = cast("Tenant", session.services.partner_center)
    if not accepted:
        tenant.written = RefusedError("no", status=403)
    stage.restore(session)
    reads = tenant.names[tenant.names.index("put back status") + 1 :]
    assert reads == (["subscriptions"] if accepted else [])
