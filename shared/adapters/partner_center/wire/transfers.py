"""Transfers of subscriptions to another partner (get a list of transfers): the list is a bare array."""

from __future__ import annotations

from collections.abc import Iterator

from shared.adapters.http.record import Record
from shared.domain.partner import Transfer


def transfer(record: Record) -> Transfer:
    """One transfer; an absent status is "", which counts as open."""
    return Transfer(
        id=record.required("id"), status=record.text("status") or "", subscription_ids=tuple(_subscriptions(record))
    )


def _subscriptions(record: Record) -> Iterator[str]:
    """Every subscription that moves: the lines and the add-ons below them."""
    for line in record.children("lineItems"):
        for item in (line, *line.children("addonItems")):
            identity = item.reference("subscriptionId")
            if identity is not None:
                yield identity
