"""What was chosen in a plan is sent for real, and a file says what became of each row."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offboard.bulk.batches import Taken, send_all
from offboard.bulk.decisions import Chosen, Decisions
from offboard.operate.api import offboarding
from offboard.operate.desk import Desk
from offboard.operate.exits import Exit
from offboard.operate.failures import RefusedError
from offboard.operate.listing import every_one
from shared.contracts.batch import BatchResult
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.states import Status
from shared.domain.wording import count_of
from shared.sheets.plan_ids import real_batch, real_id

COLUMNS = ("line", "customer", "domain", "decision", "result", "offboardingId", "requestId", "why", "whatToDo")
Row = tuple[object, ...]
SENT, BEFORE, REFUSED, LEFT = "sent", "was sent before", "refused", "left alone"
ENDED_OTHERWISE = frozenset({Status.WITHDRAWN, Status.STOPPED, Status.REJECTED})
ANEW = "It is not sent again. To offboard this customer after all, import a row with a requestId of its own."
SAME = (
    "reason",
    "requestedBy",
    "notBefore",
    "commitments",
    "renewals",
    "suspendedLicences",
    "resellerMpnId",
    "restrictions",
    "reduceSeats",
    "graceSeconds",
    "approvalReference",
)
"""What the real request has from its plan, as the API shows it; the id of the request follows from that of the plan."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one customer."""

    result: str
    offboarding_id: str = ""
    request_id: str = ""
    why: str = ""
    what_to_do: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """What can be sent, what cannot with the reason, and what became of that which was sent before; all by plan."""

    requests: Mapping[str, Mapping[str, Any]]
    refused: Mapping[str, Result]
    before: Mapping[str, Result]


def ready(desk: Desk, decisions: Decisions, batch: str = "") -> Ready:
    """Read every chosen plan again: only what is planned, and still the customer of its row, can be sent. Without
    `batch`, each is sent in that of its plan."""
    requests: dict[str, Mapping[str, Any]] = {}
    refused: dict[str, Result] = {}
    chosen = decisions.to_send
    with desk.progress(f"reading {count_of(len(chosen), 'plan')}", len(chosen)) as step:
        for number, one in enumerate(chosen, start=1):
            found = _read(desk, one)
            if isinstance(found, Result):
                refused[one.plan] = found
            else:
                requests[one.plan] = {**found, "batchId": batch} if batch else found
            step(number)
    return Ready(requests, refused, _sent_before(desk, requests))


def send(desk: Desk, found: Ready) -> tuple[list[str], dict[str, Result]]:
    """The batches, and what became of each plan. The same plans sent again are the same requests."""
    with desk.progress(f"sending {count_of(len(found.requests), 'request')}", len(found.requests)) as step:
        ids, taken = send_all(desk, "send", list(found.requests.values()), step)
    results = {}
    for plan, item in zip(found.requests, taken, strict=True):
        result = _result(found.requests[plan], item)
        if item.result == BatchResult.ALREADY_THERE and plan not in found.before:
            # In another batch, so it is in no list that was read.
            result = _before(desk.api.get(offboarding(item.offboarding_id)).json)
        results[plan] = found.before.get(plan, result) if result.result == SENT else result
    return ids, {**found.refused, **results}


def status_rows(decisions: Decisions, results: Mapping[str, Result]) -> Iterator[Row]:
    """One row for each row of the plan file, in its order."""
    planned = (_of_one(one, results.get(one.plan, Result(LEFT))) for one in decisions.customers)
    unplanned = (
        (line, customer, "", "", LEFT, "", "", "it was not planned", "") for line, customer in decisions.without.items()
    )
    # Each of them is in the order of its lines, so that no row is made before it is written.
    return heapq.merge(*planned, unplanned, key=_line)


def _of_one(one: Chosen, got: Result) -> Iterator[Row]:
    told = (got.result, got.offboarding_id, got.request_id, got.why, got.what_to_do)
    return ((line, one.customer, one.domain, word or one.decision, *told) for line, word in one.words.items())


def _line(row: Row) -> int:
    return int(str(row[0]))


def _read(desk: Desk, one: Chosen) -> Mapping[str, Any] | Result:
    try:
        view = desk.api.get(offboarding(one.plan)).json
    except RefusedError as error:
        if error.exit is not Exit.NOT_FOUND:
            raise
        return Result(REFUSED, why=error.cause, what_to_do="Import the table of customers again.")
    customer = view.get("customer") or {}
    if view.get("status") != Status.PLANNED or not view.get("dryRun"):
        why = f"{one.plan} is {view.get('status')}, and only a dry run that was planned can be sent for real"
        return Result(REFUSED, why=why, what_to_do="Import the table of customers again.")
    known = {str(customer.get(name) or "").casefold() for name in ("domain", "tenantId")}
    if one.domain.casefold() not in known:
        why = f"the plan is of {customer.get('domain')}, and the row names {one.domain}"
        return Result(REFUSED, why=why, what_to_do="Leave the columns domain and plan as they are; sort whole rows.")
    return _request(view)


def _request(view: Mapping[str, Any]) -> Mapping[str, Any]:
    customer = view.get("customer") or {}
    said = {name: view.get("requestReason" if name == "reason" else name) for name in SAME}
    named = {"customerTenantId": customer.get("tenantId"), "customerDomain": customer.get("domain")}
    own = view.get("correlationId") if view.get("correlationId") != view.get("requestId") else None
    made = {"version": "1", "requestId": real_id(str(view["requestId"])), **named, **said, "correlationId": own}
    made["batchId"] = real_batch(str(view.get("batchId") or ""))
    return {name: value for name, value in made.items() if value not in (None, [], "")}


def _sent_before(desk: Desk, requests: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Result]:
    """Looked at before anything is sent: afterwards what is new cannot be told from what was there."""
    batches = sorted({str(request["batchId"]) for request in requests.values() if request.get("batchId")})
    there = {str(item["offboardingId"]): item for batch in batches for item in every_one(desk, {"batchId": batch})}
    identities = {plan: offboarding_id(str(request["requestId"])) for plan, request in requests.items()}
    return {plan: _before(there[identity]) for plan, identity in identities.items() if identity in there}


def _before(view: Mapping[str, Any]) -> Result:
    status, reason = str(view.get("status")), view.get("reason") or {}
    why = f"it is {status}" + (f": {reason['text']}" if reason.get("text") else "")
    advice = ANEW if status in ENDED_OTHERWISE else str(reason.get("operatorAction") or "")
    return Result(BEFORE, str(view.get("offboardingId")), str(view.get("requestId")), why, advice)


def _result(request: Mapping[str, Any], taken: Taken) -> Result:
    problem, request_id = taken.problem, str(request["requestId"])
    if problem is None:
        return Result(SENT, taken.offboarding_id, request_id)
    why, advice = str(problem.get("detail") or problem.get("code")), str(problem.get("operatorAction") or "")
    return Result(REFUSED, taken.offboarding_id, request_id, why, advice)
