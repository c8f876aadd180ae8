"""What a person is told when a renewal month by month is not recorded: the refusal, where that is the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.world.clock import START
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.renewals import Renewal
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.policy import Renewals
from shared.pipeline.steps.before_start import WANTED, Ahead
from shared.pipeline.steps.monthly import not_recorded
from tests.unit.support.ports import desk, known, thing

DAILY, SECOND = timedelta(hours=20), timedelta(seconds=1)
PLAIN = "its renewal month by month is not recorded"
REFUSED = "its renewal month by month was refused: "


def act(
    kind: ActionKind,
    state: ActionState,
    status: int | None = None,
    code: str = "",
    detail: str = "",
    ago: timedelta = timedelta(days=3),
) -> ActionRecord:
    return ActionRecord(kind, 1, "r", state, START - ago, START - ago, status, code, detail)


MONTHLY = ActionKind.RENEW_MONTHLY


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ((), PLAIN),
        ((act(MONTHLY, ActionState.ACCEPTED, 200, "c", "done"),), PLAIN),
        ((act(MONTHLY, ActionState.POSTPONED, 409, "c", "busy"),), PLAIN),
        ((act(ActionKind.END_AT_TERM, ActionState.REFUSED, 400, "c", "no"),), PLAIN),
        ((act(MONTHLY, ActionState.REFUSED, 400, "800093", "no such term"),), REFUSED + "400 800093 no such term"),
        ((act(MONTHLY, ActionState.REFUSED, None, "", "no such term"),), REFUSED + "no such term"),
        ((act(MONTHLY, ActionState.REFUSED, 400, "c", "no"), act(ActionKind.CANCEL, ActionState.REFUSED)), PLAIN),
        (
            (act(ActionKind.CANCEL, ActionState.REFUSED), act(MONTHLY, ActionState.REFUSED, 400, "c", "no")),
            REFUSED + "400 c no",
        ),
    ],
)
def test_only_the_last_call_explains_it_and_only_if_that_was_refused(
    actions: tuple[ActionRecord, ...], said: str
) -> None:
    record = known(thing(HoldingKind.NCE_LICENCE), *actions)
    at = desk(record)
    item = Renewal(record.holding.key, "a", at.now + timedelta(days=9), ActionKind.END_AT_TERM)
    assert not_recorded(at.session, item) == said


@pytest.mark.parametrize(
    ("actions", "longer", "written"),
    [
        ((), False, True),
        ((), True, False),
        ((act(MONTHLY, ActionState.REFUSED),), False, True),
        ((act(MONTHLY, ActionState.REFUSED, ago=DAILY - SECOND),), False, False),
        ((act(MONTHLY, ActionState.REFUSED, ago=DAILY),), False, True),
        ((act(MONTHLY, ActionState.REFUSED, ago=DAILY),), True, False),
        ((act(MONTHLY, ActionState.FORGIVEN, ago=SECOND),), False, True),
        ((act(ActionKind.END_AT_TERM, ActionState.REFUSED, ago=SECOND),), False, True),
    ],
)
def test_what_was_refused_is_written_again_in_the_next_daily_look(
    actions: tuple[ActionRecord, ...], longer: bool, written: bool
) -> None:
    record = known(thing(HoldingKind.NCE_LICENCE), *actions)
    at = desk(record)
    item = Renewal(record.holding.key, "a", at.now + timedelta(days=9), ActionKind.END_AT_TERM)
    ahead = Ahead((item,), {item.key: "its product has no monthly term"} if longer else {})
    assert WANTED[Renewals.MONTHLY](at.session, item, ahead) is (MONTHLY if written else None)
