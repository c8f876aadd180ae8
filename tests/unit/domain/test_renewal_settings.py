"""Two images say the same about a subscription's renewal, or not: by meaning, whatever the case of their words."""

import json
from typing import Any

import pytest

from shared.domain.holdings.terms import same_terms, terms_of

CANCEL = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
NEXT = {"product": {"productId": "P", "termDuration": "P1Y"}, "quantity": 3}


def image(**fields: Any) -> str:
    return json.dumps({"id": "x", **fields})


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (image(autoRenewEnabled=True), image(AutoRenewEnabled=True, status="suspended"), True),
        (image(autoRenewEnabled=True), image(autoRenewEnabled=False), False),
        (image(), image(autoRenewEnabled=False), True),
        (image(autoRenewEnabled=False), image(), False),
        (image(scheduledActions=[]), image(scheduledActions=None), True),
        (image(), image(scheduledActions=CANCEL), False),
        (
            image(scheduledActions=CANCEL),
            image(ScheduledActions=[{"ScheduleType": "termEnd", "ActionType": "cancel"}]),
            True,
        ),
        (image(scheduledNextTermInstructions=NEXT), image(), False),
        (
            image(scheduledNextTermInstructions=NEXT),
            image(scheduledNextTermInstructions={**NEXT, "customTermEndDate": None}),
            True,
        ),
        (
            image(scheduledNextTermInstructions=NEXT),
            image(scheduledNextTermInstructions={**NEXT, "quantity": 4}),
            False,
        ),
        ("", image(), False),
        (image(), "[]", False),
        ("", "", False),
    ],
)
def test_what_says_the_same(before: str, now: str, same: bool) -> None:
    assert same_terms(before, now) is same


def test_a_flag_that_is_none_says_nothing() -> None:
    assert terms_of(image(autoRenewEnabled="true")) == (None, "", "")
    assert terms_of("{") is None
