"""What a removal leaves behind in the tenant: only the customer can delete it (Azure roles and permissions)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus

SHOWN = 50


def survivors(records: Mapping[str, HoldingRecord], *, gdap_stays: bool = False) -> tuple[str, ...]:
    """Sentences for the customer's administrator, with the Azure subscriptions named where there are any. `gdap_stays`:
    delegated admin relationships are left alone, because the settings or the request say so."""
    holdings = [record.holding for record in records.values()]
    azure = sorted(item.id for item in holdings if item.kind is HoldingKind.AZURE_SUBSCRIPTION)
    found = [
        "Guest users of the partner in Microsoft Entra ID: delete them or review their access.",
        "Applications and service principals of the partner (multi-tenant apps): revoke their consent, delete them.",
    ]
    if azure:
        named = ", ".join(azure[:SHOWN]) + (f" and {len(azure) - SHOWN} more" if len(azure) > SHOWN else "")
        found.append(f"Azure role assignments of the partner (foreign principal) on the Azure subscriptions {named}.")
    else:
        found.append("Azure role assignments of the partner (foreign principal), where there are Azure subscriptions.")
    kept = [
        item.name
        for item in holdings
        if item.kind is HoldingKind.PERPETUAL_SOFTWARE and item.name and item.status is HoldingStatus.ACTIVE
    ]
    if gdap_stays:
        found.append(
            "Delegated admin relationships (GDAP) with the partner, where there are any: end them in the Microsoft 365 "
            "admin center."
        )
    if kept:
        found.append(f"Perpetual software stays licensed to the customer: {', '.join(sorted(kept)[:SHOWN])}.")
    return tuple(found)
