"""When the removal is expected: the last of all dates, or the first reason why there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.expected import Expected, removal_expected
from shared.domain.decisions.situation import Situation
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.support.heads import DAY, NOW, licence

POLICY, PACE = Policy(), Pace()


def situation(**fields: object) -> Situation:
    return Situation({}, POLICY, PACE, NOW, **fields)  # type: ignore[arg-type]  # named fields of the situation


def blocker(remedy: Remedy, cause: Cause = Cause.IN_TERM, **fields: object) -> Blocker:
    return Blocker("k", "Licence", cause, remedy, "runs on", **fields)  # type: ignore[arg-type]  # named fields


@pytest.mark.parametrize(
    ("blockers", "expected"),
    [
        ((), Expected(NOW)),
        ((blocker(Remedy.PIPELINE, Cause.ACTION_DUE),), Expected(NOW)),
        ((blocker(Remedy.RECHECK, Cause.WAITS_FOR_CHILDREN),), Expected(NOW)),
        ((blocker(Remedy.RECHECK, Cause.WAITS_FOR_ADD_ON, until=NOW + DAY),), Expected(NOW)),
        ((blocker(Remedy.DATE, until=NOW + DAY),), Expected(NOW + DAY + timedelta(seconds=1))),
        (
            (blocker(Remedy.DATE, until=NOW + 3 * DAY), blocker(Remedy.DATE, until=NOW + DAY)),
            Expected(NOW + 3 * DAY + timedelta(seconds=1)),
        ),
        (
            (blocker(Remedy.DATE, Cause.NO_TERM_END),),
            Expected(None, "it is not known how long this takes: Licence runs on"),
        ),
        (
            (blocker(Remedy.DATE, until=NOW + DAY), blocker(Remedy.PERSON)),
            Expected(None, "a person has to act first: Licence runs on"),
        ),
        (
            (blocker(Remedy.RECHECK, Cause.SETTLING, until=NOW + DAY),),
            Expected(None, "it is not known how long this takes: Licence runs on"),
        ),
    ],
)
def test_what_is_in_the_way_decides(blockers: tuple[Blocker, ...], expected: Expected) -> None:
    assert removal_expected(situation(), blockers) == expected


def test_with_a_later_start_what_is_no_holding_still_counts() -> None:
    """What blocks today of a holding is decided anew for then; what could not be read has no decision."""
    later = NOW + 30 * DAY
    record = licence("A", timedelta(days=300))
    known = Situation({record.holding.key: record}, POLICY, PACE, NOW, later)
    of_holding = Blocker(record.holding.key, "A", Cause.SETTLING, Remedy.PERSON, "asks today")
    assert removal_expected(known, (of_holding,)) == Expected(later)
    assert removal_expected(known, (of_holding, blocker(Remedy.PERSON))).at is None
