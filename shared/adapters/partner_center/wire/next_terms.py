"""What a subscription renews into: itself, or what scheduledNextTermInstructions say."""

from __future__ import annotations

from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.next_term import NOTHING_SHOWN, NextTerm


def next_term(record: Record) -> NextTerm:
    """The product and the lengths of its terms; the length of the next one only where nothing contradicts it.

    With scheduledActions beside them the instructions do not count, and what the actions lead to is not taken for a
    known length. What cannot be read is taken for not shown: it must not make a whole inventory unreadable.
    """
    try:
        return _shown(record)
    except UnreadableAnswerError:
        return NOTHING_SHOWN


def _shown(record: Record) -> NextTerm:
    planned, now = record.child("scheduledNextTermInstructions").child("product"), record.text("termDuration") or ""
    product, sku = (*(record.text("offerId") or "").split(":"), "", "")[:2]
    if planned.text("productId") and planned.text("skuId"):
        product, sku = planned.required("productId"), planned.required("skuId")
    if not sku:
        product = ""  # The id of a legacy offer is none of the catalogue.
    return NextTerm(product, sku, now, "" if record.children("scheduledActions") else _following(record, planned, now))


def _following(record: Record, planned: Record, now: str) -> str:
    shown = record.text("renewalTermDuration") or now
    return planned.text("termDuration") or (now if shown.casefold() == now.casefold() else "")
