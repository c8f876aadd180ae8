"""What usually follows when somebody has looked at one offboarding."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from offboard.operate.desk import Desk
from offboard.operate.done import may_be_called_off
from shared.domain.offboarding.states import TERMINAL, Status

WHY = '--reason "..."'
NOT_TYPED = ("restrictions", "resellerMpnId")
"""What `offboard request` cannot say: without it the request would be another one."""


def suggest(desk: Desk, found: Mapping[str, Any]) -> None:
    """Suggest only what fits this state, and a request only with everything that was planned."""
    words = tuple(_words(desk, found))
    if words:
        desk.next(*words)


def _words(desk: Desk, found: Mapping[str, Any]) -> Iterator[str]:
    identity, status = found["offboardingId"], Status(found["status"])
    if status is Status.PLANNED:
        yield from _request(found)
    elif status in TERMINAL:
        yield f"report {identity} -o report.html"
        if status is Status.REMOVED:
            yield f"evidence {identity} -o evidence.jsonl"
    elif status is Status.AWAITING_APPROVAL and desk.api.may_decide_about(found.get("requester")):
        yield f"approve {identity} {WHY}"
        yield f"reject {identity} {WHY}"
    elif status is Status.NEEDS_ATTENTION:
        yield f"why {identity}"
        yield f"resume {identity} {WHY}"
    else:
        yield f"watch {identity}"
    if may_be_called_off(found):
        yield f"withdraw {identity} {WHY}"


def _request(found: Mapping[str, Any]) -> Iterator[str]:
    """The request that was planned, for real; nothing where it cannot be typed as it was asked for."""
    customer = found.get("customer") or {}
    domain, tenant = customer.get("domain"), customer.get("tenantId")
    if not (domain or tenant) or any(found.get(name) for name in NOT_TYPED):
        return
    company = customer.get("companyName") if not domain else None
    given = {
        "--company": company,
        "--not-before": found.get("notBefore"),
        "--renewals": found.get("renewals"),
        "--commitments": _unless(found.get("commitments"), "wait_for_term_end"),
        "--suspended-licences": _unless(found.get("suspendedLicences"), "leave"),
        "--grace-seconds": found.get("graceSeconds"),
        "--approval-reference": found.get("approvalReference"),
    }
    options = [f"{name} {shlex.quote(str(value))}" for name, value in given.items() if value]
    if found.get("reduceSeats"):
        options.append("--reduce-seats")
    yield " ".join((f"request {domain or tenant} --reason TEXT", *options))


def _unless(value: object, usual: str) -> object:
    return None if value == usual else value
