"""Entitlements (get a collection of entitlements): perpetual software and Azure reservations."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.holdings.records import Collection, Entitlement


def entitlements(record: Record) -> tuple[Entitlement, ...]:
    """One item of the list: one entitlement for each Azure reservation order behind it, and one if there is none.

    Nested `includedEntitlements` are parts of the same order line and not counted again.
    """
    order = record.child("referenceOrder")
    orders_in_azure = dict.fromkeys(item.reference("resourceId") for item in record.children("entitledArtifacts"))
    found: list[str | None] = [resource for resource in orders_in_azure if resource is not None]
    return tuple(
        Entitlement(
            type=record.text("entitlementType") or "",
            order_id=order.text("id") or "",
            line_id=order.text("lineItemId") or "",
            quantity=record.integer("quantity"),
            resource_id=resource,
            expires_at=record.moment("expiryDate"),
        )
        for resource in found or [None]
    )


def flattened(read: Collection[tuple[Entitlement, ...]]) -> Collection[Entitlement]:
    """The entitlements of all items; the total grows by what was split, so that it still tells completeness."""
    items = tuple(item for group in read.items for item in group)
    total = None if read.total is None else read.total + len(items) - len(read.items)
    return Collection(items, total)
