"""Offboardings as a table: the command and the console write the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.offboarding.settled import payment_words
from shared.domain.people.actor import Actor, ActorType
from shared.sheets.write import Sheet

COLUMNS = (
    "offboardingId",
    "requestId",
    "customer",
    "customerDomain",
    "customerTenantId",
    "status",
    "stage",
    "dryRun",
    "reasonCode",
    "reason",
    "whatToDo",
    "nextAttemptAt",
    "paidUntil",
    "payment",
    "createdAt",
    "updatedAt",
    "batchId",
    "askedBy",
    "approvedBy",
    "approvedAt",
)


def sheet_of(items: Iterable[Mapping[str, Any]]) -> Sheet:
    """The sheet of `items`, each as the API lists it (docs/reference.md); a row is made when it is written."""
    return Sheet("Offboardings", COLUMNS, map(_row, items))


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    customer, reason, approval = (item.get(name) or {} for name in ("customer", "reason", "approval"))
    return (
        item.get("offboardingId"),
        item.get("requestId"),
        next((customer[name] for name in ("companyName", "domain", "tenantId") if customer.get(name)), None),
        customer.get("domain"),
        customer.get("tenantId"),
        item.get("status"),
        item.get("stage"),
        "true" if item.get("dryRun") else "false",
        reason.get("code"),
        reason.get("text"),
        reason.get("operatorAction"),
        _moment(item.get("nextAttemptAt")),
        _moment(item.get("paidUntil")),
        payment_words(item.get("payment")),
        _moment(item.get("createdAt")),
        _moment(item.get("updatedAt")),
        item.get("batchId"),
        _who(item.get("requester")),
        _who(approval.get("actor")),
        _moment(approval.get("at")),
    )


def _who(actor: Mapping[str, Any] | None) -> str | None:
    """As the reports name them; nothing where it was not recorded."""
    if not actor:
        return None
    known = str(actor.get("type")) in list(ActorType)
    found = Actor(ActorType(actor["type"]), str(actor.get("id")), str(actor.get("name"))) if known else None
    return found.named if found is not None else str(actor.get("name"))


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
