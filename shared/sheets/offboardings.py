"""Offboardings as a table: the command and the console write the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

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
    "createdAt",
    "updatedAt",
    "batchId",
)


def sheet_of(items: Iterable[Mapping[str, Any]]) -> Sheet:
    """The sheet of `items`, each as the API lists it (docs/reference.md); a row is made when it is written."""
    return Sheet("Offboardings", COLUMNS, map(_row, items))


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    customer, reason = item.get("customer") or {}, item.get("reason") or {}
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
        *(_moment(item.get(name)) for name in COLUMNS[11:15]),
        item.get("batchId"),
    )


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
