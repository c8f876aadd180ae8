"""Requests that the console makes: a plan first, as a dry run, and the same for real afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.console.decide import require_typed
from shared.console.form import Form
from shared.console.standing import typed_word
from shared.console.visitor import Visitor
from shared.contracts.problems import refused_beside
from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.holdings.records import CustomerProfile
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation
from shared.intake.accept import accept
from shared.operations.front_door import FrontDoor
from shared.pipeline.core.services import Services
from shared.sheets.plan_ids import plan_id, real_batch, real_id

SHOWN = 20
SHORTEST = 2
OPTIONS = ("commitments", "notBefore", "renewals", "suspendedLicences", "approvalReference")


class LivesAlreadyError(OffboardingError):
    """The customer has a live offboarding under other options."""

    code = ReasonCode.LIVE_WITH_OTHER_OPTIONS


@dataclass(frozen=True, slots=True)
class Found:
    """The customers that fit what was typed; `more`: there are others."""

    customers: tuple[CustomerProfile, ...]
    more: bool


def find_customers(text: str, services: Services) -> Found:
    """Customers of this partner whose name, domain or tenant id has `text` in it, read from Partner Center now.

    Raises the RemoteError family, and InvalidRequestError for a text of one character.
    """
    wanted = text.strip().casefold()
    if len(wanted) < SHORTEST:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "q", f"type at least {SHORTEST} characters", text)
    fits = [
        item
        for item in services.partner_center.list_customers().items
        if any(wanted in part.casefold() for part in (item.company_name, item.domain, item.id))
    ]
    fits.sort(key=lambda item: (item.company_name.casefold(), item.id))
    return Found(tuple(fits[:SHOWN]), len(fits) > SHOWN)


def plan_first(form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> Offboarding:
    """Ask for the plan alone. The form's own id makes sending it twice one request. Raises InvalidRequestError."""
    door.require(visitor.actor, visitor.roles, Operation.CREATE)
    said: dict[str, Any] = {name: form[name] for name in OPTIONS if form.get(name, "").strip()}
    tenant, _, domain = form.get("customer", "").partition("|")
    said |= {"customerTenantId": tenant, "customerDomain": domain}
    if "notBefore" in said:
        said["notBefore"] = f"{said['notBefore']}Z"
    if form.get("reduceSeats"):
        said["reduceSeats"] = True
    identity = plan_id(form.get("requestId", ""), services.clock.now())
    said |= {"requestId": identity, "reason": form.get("reason", ""), "dryRun": True}
    return _sent(said, visitor, services)


def for_real(offboarding_id: str, form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> Offboarding:
    """Send what was planned as a dry run for real. From the same plan it is the same request, however often it is sent.

    Raises InvalidRequestError where it was none, or where the domain was not typed.
    """
    door.require(visitor.actor, visitor.roles, Operation.CREATE)
    stored = services.store.load(offboarding_id)
    head = stored.offboarding if stored is not None else None
    if head is None or head.status is not Status.PLANNED:
        rule = "only a dry run that was planned can be sent for real. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "offboarding", rule, offboarding_id)
    require_typed(form, typed_word(head))
    return _sent({**same_request(head.request), "reason": form.get("reason", "")}, visitor, services)


def same_request(request: OffboardingRequest) -> Mapping[str, Any]:
    """What the request asked for, as JSON for the next one, not as a dry run, with an id that follows from it."""
    said: dict[str, Any] = {
        "requestId": real_id(request.request_id),
        "customerTenantId": request.customer_id,
        "customerDomain": request.domain,
        "customerCompanyName": request.company_name,
        "notBefore": request.not_before.isoformat() if request.not_before is not None else None,
        "commitments": request.commitments.value,
        "resellerMpnId": request.reseller,
        "restrictions": [item.value for item in request.restrictions],
        "suspendedLicences": "reactivate_to_end" if request.reactivate_suspended else "leave",
        "renewals": request.renewals.value if request.renewals is not None else None,
        "reduceSeats": request.reduce_seats,
        "graceSeconds": int(request.grace.total_seconds()) if request.grace is not None else None,
        "approvalReference": request.approval_reference,
        "batchId": real_batch(request.batch_id) if request.batch_id is not None else None,
        "correlationId": request.correlation_id if request.correlation_id != request.request_id else None,
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def _sent(said: Mapping[str, Any], visitor: Visitor, services: Services) -> Offboarding:
    body = {**said, "version": "1", "requestedBy": visitor.actor.name}
    found = accept(parse_request(json.dumps(body).encode()), services, visitor.actor).offboarding
    refused = refused_beside(found)
    if refused is not None:
        raise LivesAlreadyError(refused.detail)
    return found
