"""A renewal for a month instead of the whole term: what is asked before, and the PATCH body that says so."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.http.record import Record
from shared.adapters.partner_center.images import with_next_term
from shared.adapters.partner_center.wire.availabilities import Availability, monthly_one
from shared.adapters.partner_center.wire.next_terms import next_term
from shared.domain.errors import RefusedError, Verdict

NOT_SOLD = "Microsoft lists no monthly term for it"
ENDS = "a cancel is scheduled for it, which instructions for the next term would delete"


def monthly_already(record: Record) -> str:
    """Why nothing has to be written: it renews month by month, or not at all; "" where something has."""
    if record.flag("autoRenewEnabled") is not True:
        return "does not renew by itself; nothing was changed"
    return "was already set to renew month by month" if next_term(record).monthly else ""


def monthly_body(record: Record, offered: Sequence[Availability]) -> dict[str, object]:
    """The whole resource, with the next term for a month. What was planned for the next term keeps its product and its
    quantity. Raises RefusedError where no monthly term is to be had, or where it would undo a scheduled end."""
    if any("cancel" in (item.text("actionType") or "").casefold() for item in record.children("scheduledActions")):
        raise _refused(ENDS)
    term, planned = next_term(record), record.child("scheduledNextTermInstructions")
    current = planned.child("product").text("availabilityId") or (record.text("offerId") or "").split(":")[-1]
    one = monthly_one(offered, current)
    if one is None:
        raise _refused(NOT_SOLD)
    product = {
        "productId": term.product_id,
        "skuId": term.sku_id,
        "availabilityId": one.id,
        "billingCycle": one.monthly_cycle,
        "termDuration": "P1M",
    }
    quantity = planned.integer("quantity") or record.integer("quantity")
    return with_next_term(record.raw, {"product": product, "quantity": quantity})


def _refused(sentence: str) -> RefusedError:
    return RefusedError(sentence, sentence=sentence, verdict=Verdict.CANNOT_NOW)
