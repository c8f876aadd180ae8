"""Azure subscriptions below an Azure plan (azureEntitlements)."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.holdings.records import AzureSubscription


def azure_subscription(record: Record, plan_id: str) -> AzureSubscription:
    """One Azure subscription; the plan is the one asked for."""
    return AzureSubscription(
        id=record.required("id"),
        plan_id=plan_id,
        name=record.text("friendlyName") or "",
        status=record.text("status") or "",
    )
