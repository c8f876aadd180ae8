"""`offboard plan` and `offboard request`: asking for one customer, first as a dry run and then for real."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from offboard.operate.api import offboarding
from offboard.operate.arguments import Confirm, DryRun, moment_of
from offboard.operate.desk import LIST, Desk
from offboard.operate.failures import NotAllError, UsageError
from offboard.operate.follow import suggest
from offboard.operate.look import standing
from offboard.operate.register import command
from offboard.operate.shown import show_one, show_plan
from shared.contracts.request import GUID, parse_request
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.states import TERMINAL, Status
from shared.sheets.customers import request_id_of
from shared.sheets.plan_ids import plan_id, real_id

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="its domain, or its tenant id with --company")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why, for the record")]
Company = Annotated[str, typer.Option("--company", metavar="NAME", help="its name, exactly as in Partner Center")]
Tenant = Annotated[str, typer.Option("--tenant", metavar="ID", help="its tenant id, beside the domain")]
RequestedBy = Annotated[str, typer.Option("--requested-by", metavar="WHO", help="default: you")]
RequestId = Annotated[str, typer.Option("--request-id", metavar="ID", help="default: follows from what is asked today")]
NotBefore = Annotated[
    str, typer.Option("--not-before", metavar="TIME", help="change nothing before this day or time (UTC)")
]
Commitments = Annotated[
    Literal["wait_for_term_end", "stop_and_report"], typer.Option("--commitments", help="what cannot be cancelled")
]
Renewals = Annotated[
    Literal["", "let_renew", "end_with_term", "monthly"], typer.Option("--renewals", help="with --not-before")
]
Suspended = Annotated[
    Literal["leave", "reactivate_to_end"], typer.Option("--suspended-licences", help="outside their window")
]
Seats = Annotated[bool, typer.Option("--reduce-seats", help="give back the seats that still can be")]
Grace = Annotated[int, typer.Option("--grace-seconds", metavar="N", min=0, help="nothing irreversible before")]
Reference = Annotated[str, typer.Option("--approval-reference", metavar="TEXT", help="where it was agreed")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="how long to wait for the plan")]
EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as it was typed."""

    customer: Customer
    reason: Why
    company: Company = ""
    tenant: Tenant = ""
    requested_by: RequestedBy = ""
    request_id: RequestId = ""
    not_before: NotBefore = ""
    commitments: Commitments = "wait_for_term_end"
    renewals: Renewals = ""
    suspended: Suspended = "leave"
    reduce_seats: Seats = False
    grace_seconds: Grace = 0
    reference: Reference = ""


def plan(desk: Desk, asked: Asked, wait: Wait = 120.0) -> None:
    """Plan an offboarding without changing anything anywhere: what would be done, when, and what it costs."""
    said = _said(asked)
    now = desk.around.now()
    said |= {"requestId": plan_id(asked.request_id or real_id(said["requestId"]), now), "dryRun": True}
    found = _asked(desk, said)
    waited, pause = 0.0, desk.around.pause
    with desk.progress(f"planning {asked.customer}"):
        while Status(found["status"]) not in TERMINAL and waited < wait:
            pause(EVERY)
            waited += EVERY
            found = desk.api.get(offboarding(str(found["offboardingId"]))).json
    if not desk.tell(found):
        (show_plan if found["status"] == Status.PLANNED else show_one)(found, desk.people)
    suggest(desk, found)
    if found["status"] != Status.PLANNED:
        raise NotAllError(f"{found['offboardingId']} is {standing(found)}")


def request(desk: Desk, asked: Asked, confirm: Confirm = "", dry_run: DryRun = False) -> None:
    """Ask for an offboarding for real: subscriptions are cancelled, and the relationship is removed.

    The same command on the same day is the same request. Look first with offboard plan.
    """
    said = _said(asked)
    said["requestId"] = asked.request_id or f"{real_id(said['requestId'])}.{desk.around.now():%Y%m%d}"
    _checked(said)
    if dry_run:
        if not desk.tell(said):
            desk.people.fields(said.items())
        return desk.say("Nothing was sent (--dry-run). The same with plan shows what would be done.")
    desk.confirm(asked.customer, confirm, f"end the relationship with {asked.customer}")
    found = _asked(desk, said)
    if not desk.tell(found):
        show_one(found, desk.people)
    return desk.next(f"watch {found['offboardingId']}")


def _said(asked: Asked) -> dict[str, Any]:
    """The request as JSON, with an id that follows from it."""
    said: dict[str, Any] = {
        "version": "1",
        "customerTenantId": asked.tenant,
        "customerCompanyName": asked.company,
        "reason": asked.reason,
        "notBefore": moment_of(asked.not_before),
        "renewals": asked.renewals,
        "reduceSeats": asked.reduce_seats,
        "graceSeconds": asked.grace_seconds,
        "approvalReference": asked.reference,
        "requestedBy": asked.requested_by or getpass.getuser(),
        "commitments": asked.commitments if asked.commitments != "wait_for_term_end" else "",
        "suspendedLicences": asked.suspended if asked.suspended != "leave" else "",
    }
    said["customerTenantId" if re.fullmatch(GUID, asked.customer) else "customerDomain"] = asked.customer
    said = {name: value for name, value in said.items() if value}
    said["requestId"] = request_id_of(said).replace("file-", "desk-", 1)
    return said


def _checked(said: Mapping[str, Any]) -> None:
    """Raises UsageError naming the field, before anything is asked or sent."""
    try:
        parse_request(json.dumps(said).encode())
    except InvalidRequestError as error:
        others = "".join(f"; {field} {rule}" for field, rule in error.others)
        raise UsageError(f"{error}{others}; nothing was sent") from None


def _asked(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    """Sent once or several times, it is one request."""
    _checked(said)
    found: dict[str, Any] = desk.api.send_again(LIST, said).json
    return found


def register(app: typer.Typer) -> None:
    """Add these commands."""
    command(
        app, "plan", 'plan contoso.com --reason "contract ended"', 'plan contoso.com --reason "..." --not-before TIME'
    )(plan)
    command(
        app,
        "request",
        'request contoso.com --reason "contract ended"',
        'request contoso.com --reason "contract ended" --dry-run',
        'request contoso.com --reason "contract ended" --confirm contoso.com',
    )(request)
