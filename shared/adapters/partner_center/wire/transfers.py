"""Transfers of subscriptions to another partner (get a list of transfers): the list is a bare array."""

from __future__ import annotations

from collections.abc import Iterator

from shared.adapters.http.record import Record
from shared.domain.holdings.records import Transfer


def transfer(record: Record, partner_tenant_id: str) -> Transfer:
    """One transfer, as `partner_tenant_id` sees it; an absent status is "", which counts as open."""
    source = record.reference("sourcePartnerTenantId")
    return Transfer(
        id=record.required("id"),
        status=record.text("status") or "",
        subscription_ids=tuple(_subscriptions(record)),
        changed_at=record.moment("lastModifiedTime"),
        outgoing=source.lower() == partner_tenant_id.lower() if source else None,
    )


def _subscriptions(record: Record) -> Iterator[str]:
    """Every subscription that moves: the lines and the add-ons below them."""
    for line in record.children("lineItems"):
        for item in (line, *line.children("addonItems")):
            identity = item.reference("subscriptionId")
            if identity is not None:
                yield identity
