"""Transfers of subscriptions to another partner (get a list of transfers): the list is a bare array."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.partner import Transfer


def transfer(record: Record) -> Transfer:
    """One transfer; an absent status is "", which counts as open."""
    return Transfer(id=record.required("id"), status=record.text("status") or "")
