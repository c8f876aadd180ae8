"""Many customers at once: a table is checked, every good row is planned, and what a person chose is sent for real."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from shared.console.decide import require_typed
from shared.console.form import Form
from shared.console.in_the_way import SENDER, InTheWay, in_the_way
from shared.console.requests import same_request
from shared.console.visitor import Visitor
from shared.contracts.batch import AT_MOST, BatchItemView, BatchV1, BatchView
from shared.contracts.problems import Problem
from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.stops import stops_at_once
from shared.domain.people.rights import Operation
from shared.domain.wording import day
from shared.intake.batch import take_in_batch
from shared.operations.front_door import FrontDoor
from shared.operations.show_batch import read_batch, view_of
from shared.pipeline.core.services import Services
from shared.sheets.batch_names import batch_of
from shared.sheets.customers import Customers, customers_of, names_a_customer
from shared.sheets.plan_ids import plan_id
from shared.sheets.read import read_table


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a table: `batch_id` of what was sent, `name` of the batch; empty where no row was good."""

    customers: Customers
    batch_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One request of a batch. `choosable`: a plan that this person may send for real. `way`: what stands in its way,
    and who must act; `stops`: why a plan would stop at once."""

    offboarding_id: str
    request_id: str
    name: str
    domain: str
    status: str
    why: str
    way: InTheWay
    plan: Plan | None
    stops: str
    paid: Paid | None
    choosable: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What the page of a batch shows. `names`: the batches that its offboardings are in, mostly one."""

    view: BatchView
    lines: tuple[BatchLine, ...]
    names: tuple[str, ...]

    @property
    def batch_id(self) -> str:
        """As it was asked for."""
        return self.view.batch_id

    @property
    def choosable(self) -> int:
        """How many can be chosen."""
        return sum(line.choosable for line in self.lines)


def plan_all(content: bytes, form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> Uploaded:
    """Check every row of a table, and ask for a plan of each that is good. Nothing is changed at any customer.

    Raises InvalidRequestError for what is no table, has more rows than a batch, or is to be a batch with no such name.
    """
    door.require(visitor.actor, visitor.roles, Operation.CREATE_BATCH)
    found = customers_of(
        read_table(content, is_head=names_a_customer), visitor.actor.name, form.get("reason", "").strip()
    )
    if len(found.rows) > AT_MOST:
        rule = f"has {len(found.rows)} customers, and a page takes {AT_MOST}: split it. Nothing was sent"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "file", rule)
    if not found.good:
        return Uploaded(found, "")
    today = services.clock.now()
    rows = [row.request for row in found.good if row.request is not None]
    name = plan_id(batch_of(rows, form.get("batch", "").strip()), today)
    asked = [
        {**row, "requestId": plan_id(str(row["requestId"]), today), "batchId": name, "dryRun": True} for row in rows
    ]
    return Uploaded(found, _taken("plan", day(today), asked, visitor, services), name)


def send_chosen(form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> str:
    """Send the plans that were chosen for real; returns the id of their batch. The same choice is the same batch."""
    door.require(visitor.actor, visitor.roles, Operation.CREATE_BATCH)
    chosen = tuple(dict.fromkeys(form.several("chosen")))
    if not 1 <= len(chosen) <= AT_MOST:
        rule = f"choose at least one plan, and at most {AT_MOST}. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "chosen", rule, str(len(chosen)))
    require_typed(form, f"offboard {len(chosen)}")
    plans = [_planned(identity, services).request for identity in chosen]
    reason, by = form.get("reason", "").strip(), visitor.actor.name
    asked = [
        {**same_request(plan), "version": "1", "requestedBy": by, "reason": reason or plan.reason or "as planned"}
        for plan in plans
    ]
    return _taken("send", "", asked, visitor, services)


def batch_page(batch_id: str, visitor: Visitor, services: Services) -> Batch | None:
    """The batch as of now; None when there is no such batch."""
    found = read_batch(batch_id, services)
    if found is None:
        return None
    may, view = visitor.may(Operation.CREATE_BATCH), view_of(found)
    lines = []
    for item, (_, head) in zip(view.items, found.items, strict=True):
        problem = item.problem
        lines.append(
            BatchLine(
                offboarding_id=item.offboarding_id or "",
                request_id=item.request_id or "",
                name=name_of(head) if head is not None else _named(item, services),
                domain=domain_of(head) if head is not None else "",
                status=item.status or "not accepted",
                why=problem.detail if problem else item.reason.text if item.reason else "",
                way=_way(head, problem),
                plan=head.plan if head is not None else None,
                stops=stops_at_once(head) if head is not None else "",
                paid=paid_of(head) if head is not None else None,
                choosable=may and head is not None and head.status is Status.PLANNED,
            )
        )
    names = (head.request.batch_id for _, head in found.items if head is not None)
    return Batch(view, tuple(lines), tuple(dict.fromkeys(name for name in names if name)))


def _way(head: Offboarding | None, problem: Problem | None) -> InTheWay:
    """A request that is not carried out as it was sent waits for its sender."""
    if problem is not None or head is None:
        return InTheWay(who=SENDER, what_to_do=(problem.operator_action if problem else "") or "")
    return in_the_way(head)


def _named(item: BatchItemView, services: Services) -> str:
    """What became no offboarding: the customer whose request has its id, since nothing else of it is kept."""
    reused = item.problem is not None and item.problem.code == ReasonCode.REQUEST_ID_REUSED
    stored = services.store.load(offboarding_id(item.request_id)) if reused and item.request_id else None
    number = f"request {item.position + 1}"
    return f"{number}, with the requestId of {name_of(stored.offboarding)}" if stored is not None else number


def _planned(identity: str, services: Services) -> Offboarding:
    stored = services.store.load(identity)
    if stored is None or stored.offboarding.status is not Status.PLANNED:
        rule = "only what was planned as a dry run can be sent for real. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "chosen", rule, identity)
    return stored.offboarding


def _taken(word: str, when: str, asked: Iterable[object], visitor: Visitor, services: Services) -> str:
    requests = list(asked)
    content = hashlib.sha256(json.dumps(requests, sort_keys=True).encode()).hexdigest()[:24]
    batch = BatchV1.model_validate_json(
        json.dumps({"batchId": "-".join(filter(None, (word, when, content))), "requests": requests}),
        by_alias=True,
        by_name=False,
    )
    return take_in_batch(batch, visitor.actor, services).batch_id
