"""A licence outside its cancellation window is waited for, visibly, until its term ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

NAME = "Patient Ltd"


def test_a_running_term_is_shown_waited_for_and_then_finished(crm: Crm, api: Api, tenant: Tenant) -> None:
    customer = tenant.customer(NAME)
    (term,) = [item["termEndsAt"] for item in customer["subscriptions"] if item["kind"] == "nceLicence"]
    ends = datetime.fromisoformat(term)
    crm.send(request_for(NAME, "patient", customer))
    shown = api.follow("patient", {"waiting"})
    _check_shown(shown, ends)
    assert {"subscription.cancel_scheduled", "subscription.autorenew_off"} <= {
        name for name, _ in tenant.effects(customer["id"])
    }
    assert not tenant.removals(customer["id"])

    until(lambda: _skip(api, tenant), "the end of the wait")
    assert tenant.now() > ends
    assert customer["id"] not in tenant.listed()
    assert crm.outcome("patient")["type"] == "offboarding.removed.v1"
    waiting = [event for event in crm.events() if event["type"] == "offboarding.waiting.v1"]
    assert "patient" in {event["data"]["requestId"] for event in waiting}


def _check_shown(shown: dict[str, Any], ends: datetime) -> None:
    """Until when, why, what is being paid, for the whole and for the holding."""
    assert shown["stage"] == "verify"
    assert shown["reason"]["code"] == "in_term"
    assert "Late" in shown["reason"]["text"]
    assert datetime.fromisoformat(shown["paidUntil"]) == ends
    assert ends <= datetime.fromisoformat(shown["nextAttemptAt"]) <= ends + timedelta(minutes=1)
    (holding,) = [item for item in shown["holdings"] if item["name"] == "Late"]
    assert datetime.fromisoformat(holding["blocker"]["paidUntil"]) == ends
    assert datetime.fromisoformat(holding["termEndsAt"]) == ends
    assert holding["autoRenew"] is False
    (action,) = holding["actions"]
    assert action["action"] == "end_at_term"
    assert action["httpStatus"] == 200
    assert action["msRequestId"] in {entry.get("msRequestId") for entry in shown["timeline"]}
    (other,) = [item for item in shown["holdings"] if item["name"] == "Legacy"]
    assert "blocker" not in other


def _skip(api: Api, tenant: Tenant) -> bool:
    """Move business time to the next attempt of a wait that is longer than a minute."""
    shown = api.find("patient")
    assert shown is not None
    assert shown["status"] not in ("needs_attention", "already_removed")
    due = datetime.fromisoformat(shown["nextAttemptAt"]) if "nextAttemptAt" in shown else None
    if shown["status"] == "waiting" and due is not None and due > tenant.now() + timedelta(minutes=1):
        tenant.advance_to(due)
    return bool(shown["status"] == "removed")
