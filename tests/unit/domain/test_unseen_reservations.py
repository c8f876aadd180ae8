"""A live reservation that Partner Center lists and Azure does not show is a problem (I8)."""

from datetime import datetime

import pytest

from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.records import (
    Entitlement,
    Reservation,
)
from tests.unit.domain.judging import TICK
from tests.unit.domain.reads import azure, codes, line, order, read, reserved, software
from tests.unit.domain.support import LATER, NOW

K, S = HoldingKind, HoldingStatus


UNSEEN: list[tuple[Entitlement, bool]] = [
    (reserved(), True),
    (reserved(None), True),
    (reserved(type="reservedInstance"), True),
    (reserved(quantity=None), True),
    (reserved(quantity=0), False),
    (reserved(expires_at=LATER), True),
    (reserved(expires_at=NOW + TICK), True),
    (reserved(expires_at=NOW), False),
    (reserved(expires_at=NOW - TICK), False),
    (reserved("ro-SEEN"), False),
    (reserved("ro-SEEN", expires_at=LATER), False),
    (software(), False),
]


@pytest.mark.parametrize(("entitlement", "missing"), UNSEEN)
def test_a_live_reservation_that_azure_does_not_show_is_a_problem(entitlement: Entitlement, missing: bool) -> None:
    given = read(entitlements=(entitlement,), orders=(order(line()),))
    seen = azure((Reservation("RO-seen", "r", "VM", "Succeeded"),))

    assert codes(given, seen) == ([("reservations", "reservation_not_visible")] if missing else [])
    assert codes(given) == []


@pytest.mark.parametrize(
    ("before", "passes"), [(frozenset(), False), (frozenset({"ro-1"}), True), (frozenset({"ro-2"}), False)]
)
def test_one_that_was_shown_a_moment_ago_is_read_again_before_anybody_is_asked(
    before: frozenset[str], passes: bool
) -> None:
    _, problems = assemble(read(entitlements=(reserved("RO-1"),)), azure(), NOW, before)

    assert [item.passes_by_itself for item in problems] == [passes]
    assert problems[0].operator_action
    assert "RO-1" in problems[0].detail


def test_without_a_resource_the_order_is_named() -> None:
    _, problems = assemble(read(entitlements=(reserved(None),)), azure(), NOW)

    assert "o-1" in problems[0].detail
    assert not problems[0].passes_by_itself


def test_now_is_the_only_clock() -> None:
    """The same entitlement is a problem until its last instant, and not at it."""
    end: datetime = LATER
    given = read(entitlements=(reserved(expires_at=end),))

    assert len(assemble(given, azure(), end - TICK)[1]) == 1
    assert assemble(given, azure(), end)[1] == ()
