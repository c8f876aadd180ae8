"""Every row of the table of error codes, answered to a write of a running offboarding: what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from shared.adapters.http.error_map import About, ErrorRow
from shared.adapters.http.failures import LOOK_IT_UP
from shared.adapters.partner_center.error_map import PARTNER_CENTER
from shared.domain.decisions.history import TRIED_AGAIN
from shared.domain.errors import Verdict
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, legacy
from tests.functional.trouble import assert_once_each, offboarded

CUSTOMER = CustomerSpec(name="One licence", subscriptions=(legacy("Legacy E3"),))
SUSPENDING = {"method": "PATCH", "pathRegex": "/subscriptions/[^/]+$"}
REMOVING = {"method": "PATCH", "pathRegex": "^/v1/customers/[^/]+$"}
BELOW = f"/v1/customers/{'1' * 8}/subscriptions/x"
HOLDING_ROWS = [
    row
    for row in PARTNER_CENTER
    if row.about is not About.TOKEN
    and (row.path is None or row.path.fullmatch(BELOW))
    and row.text is None
    and row.code is not None
]


SAID_OF_WHAT_IS_PENDING = "800081"


def answer(row: ErrorRow, **match: object) -> dict[str, Any]:
    """A fault rule: the next suspensions are answered with this row's code."""
    action = {"type": "status", "status": row.status or 403, "code": row.code}
    return {"match": {**SUSPENDING, **match}, "action": action}


def having(*verdicts: Verdict) -> list[Any]:
    return [
        pytest.param(row, id=f"{row.status}-{row.code}")
        for row in HOLDING_ROWS
        if row.verdict in verdicts and row.about is not About.SIGN_IN and row.code != SAID_OF_WHAT_IS_PENDING
    ]


@pytest.mark.parametrize("row", having(Verdict.RETRY_LATER, Verdict.ALREADY_DONE))
def test_what_passes_costs_only_time(row: ErrorRow) -> None:
    world, offboarding = offboarded(CUSTOMER, answer(row, nth=1))

    assert offboarding.status is Status.REMOVED
    calls = [entry for entry in world.journal() if entry["method"] == "PATCH" and "/subscriptions/" in entry["path"]]
    assert [entry["status"] for entry in calls] == [row.status, 200]
    first, second = (datetime.fromisoformat(entry["time"]) for entry in calls)
    assert second - first >= (row.wait or timedelta(seconds=30))
    between = [entry["path"] for entry in world.journal() if calls[0]["seq"] < entry["seq"] < calls[1]["seq"]]
    assert any(path.endswith("/subscriptions") for path in between), "it is read again before it is written again"
    check_invariants(world)
    assert_once_each(world)


@pytest.mark.parametrize("row", having(Verdict.CANNOT_NOW, Verdict.OPERATOR, Verdict.BUG))
def test_what_only_a_person_can_solve_says_what_to_do(row: ErrorRow) -> None:
    world, offboarding = offboarded(CUSTOMER, answer(row, times=None), within=timedelta(hours=12))

    assert offboarding.status is Status.NEEDS_ATTENTION
    (blocker,) = offboarding.blockers
    assert row.sentence in blocker.detail
    (record,) = world.store.holdings(offboarding.id).values()
    assert record.last is not None
    # Nobody is told of another try that nothing will make.
    again = f" {TRIED_AGAIN}" if record.last.retry_at is not None else ""
    assert blocker.what_to_do == row.advice + again
    assert offboarding.reason is not None
    assert offboarding.reason.operator_action == blocker.what_to_do
    assert (record.last.code, record.last.tries) == (row.code, 1)


@pytest.mark.parametrize("row", [row for row in HOLDING_ROWS if row.about is About.SIGN_IN], ids=lambda row: row.code)
def test_a_sign_in_that_lacks_something_stops_at_once_and_says_what(row: ErrorRow) -> None:
    _, offboarding = offboarded(CUSTOMER, answer(row, times=None), within=timedelta(hours=12))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert (offboarding.reason.code, offboarding.reason.operator_action) == ("sign_in_required", row.advice)
    assert row.sentence in offboarding.reason.text


def test_done_already_again_and_again_is_a_refusal_in_the_end() -> None:
    row = next(row for row in HOLDING_ROWS if row.code == "2011")
    world, offboarding = offboarded(CUSTOMER, answer(row, times=None), within=timedelta(hours=12))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.blockers[0].what_to_do == f"{row.advice} {TRIED_AGAIN}"
    assert sum(entry["status"] == 400 for entry in world.journal()) == 4


def test_a_code_that_nobody_knows_is_refused_by_name() -> None:
    unknown = {"match": {**SUSPENDING, "times": None}, "action": {"type": "status", "status": 422, "code": "4242"}}
    _, offboarding = offboarded(CUSTOMER, unknown, within=timedelta(hours=12))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert "refused with code 4242, which is not known here" in offboarding.blockers[0].detail
    assert offboarding.blockers[0].what_to_do == f"{LOOK_IT_UP} {TRIED_AGAIN}"


def test_a_removal_that_only_a_person_can_make_possible_is_not_tried_three_times() -> None:
    locked = {"match": {**REMOVING, "times": None}, "action": {"type": "status", "status": 403, "code": "900416"}}
    world, offboarding = offboarded(CUSTOMER, locked, within=timedelta(hours=12))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code == "removal_refused"
    assert "Microsoft has locked the customer" in offboarding.reason.text
    assert sum(entry["code"] == "900416" for entry in world.journal()) == 1


def test_an_azure_plan_that_is_called_a_reservation_is_named_as_what_it_is() -> None:
    """The service sees a plan that our list does not show as active: its order stands among reservations."""
    customer = CustomerSpec(name="Plan", subscriptions=(azure_plan().model_copy(update={"order_id": "AbC1234"}),))
    text = (
        "Customer relationship cannot be removed due to active Azure reserved instances."
        "Please cancel the following orders: AbC1234,zzzz99"
    )
    refusing = {
        "match": {**REMOVING, "times": None},
        "action": {"type": "status", "status": 400, "code": "2000", "description": text},
    }
    _, offboarding = offboarded(customer, refusing, within=timedelta(days=1))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert "the order of an Azure plan is listed here like that of a reservation" in offboarding.reason.text
    assert "Order AbC1234 is that of the Azure plan Azure plan (suspended), no reservation." in offboarding.reason.text
    assert "Order zzzz99 belongs to nothing that was read." in offboarding.reason.text
    assert "suspend it" in offboarding.reason.operator_action
