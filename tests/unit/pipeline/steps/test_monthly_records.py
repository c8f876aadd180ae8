"""What a person is told when a renewal month by month is not recorded: the refusal, where that is the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.renewals import Renewal
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.holdings.model import HoldingKind
from shared.pipeline.steps.monthly import not_recorded
from tests.unit.domain.support import EARLIER
from tests.unit.support.ports import desk, known, thing

PLAIN = "its renewal month by month is not recorded"
REFUSED = "its renewal month by month was refused: "


def act(kind: ActionKind, state: ActionState, *answer: object) -> ActionRecord:
    status, code, detail = answer or (None, "", "")
    return ActionRecord(kind, 1, "r", state, EARLIER, EARLIER, status, code, detail)  # type: ignore[arg-type]


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
