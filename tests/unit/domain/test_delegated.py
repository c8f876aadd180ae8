"""What the states of a delegated admin relationship mean, and what is told of an invitation that stays behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from shared.domain.holdings.delegated import Delegation, GdapRefusal, invitation, meaning, those
from shared.domain.holdings.records import DelegatedRelationship
from tests.unit.domain.judging import TICK
from tests.unit.domain.support import NOW

D = Delegation
FOUND = DelegatedRelationship("r-1", "Contoso admins", "approvalPending", created_at=NOW)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("terminated", D.ENDED),
        ("expired", D.ENDED),
        ("Expired", D.ENDED),
        ("terminationRequested", D.ENDING),
        ("terminating", D.ENDING),
        ("approvalPending", D.INVITED),
        ("active", D.STANDING),
        ("created", D.STANDING),
        ("", D.STANDING),
        ("paused", D.STANDING),
    ],
)
def test_a_status_means_the_worst_unless_it_is_known(status: str, expected: Delegation) -> None:
    item = replace(FOUND, status=status)
    assert meaning(item) is expected
    for wanted in D:
        assert those([item], wanted) == ((item,) if wanted is expected else ())
    assert those([item], *D) == (item,)
    assert those([item]) == ()


@pytest.mark.parametrize(("name", "shown"), [("Contoso admins", "Contoso admins"), ("", "r-1")])
@pytest.mark.parametrize(
    ("made", "lapses"), [(NOW, "lapses on 2026-08-30"), (None, "lapses within 90 days of its making")]
)
def test_an_invitation_is_told_by_its_name_or_id_and_lapses_90_days_after_it_was_made(
    name: str, shown: str, made: datetime | None, lapses: str
) -> None:
    assert invitation(replace(FOUND, name=name, created_at=made)) == (
        f"The invitation to the delegated admin relationship (GDAP) {shown}: it gives no rights and {lapses}; "
        "until then the customer must not accept it."
    )


@pytest.mark.parametrize(
    ("status", "now", "holds"),
    [
        ("active", NOW - TICK, True),
        ("active", NOW, False),
        ("active", NOW + TICK, False),
        ("terminating", NOW - TICK, False),
    ],
)
def test_a_refusal_holds_until_its_date_while_nothing_changes(status: str, now: datetime, *, holds: bool) -> None:
    refusal = GdapRefusal("r-1", "active", 1, NOW, "refused")
    assert refusal.holds(replace(FOUND, status=status), now) is holds
