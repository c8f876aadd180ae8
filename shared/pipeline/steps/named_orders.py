"""Who is meant when a refused removal names orders: the same text is used for reservations and for Azure plans.

"Customer relationship cannot be removed due to active Azure reserved instances" also names the order of an Azure plan,
although no reservation exists; what it names is looked up among the holdings that are known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.domain.holdings.model import Holding, HoldingKind

_ORDERS = re.compile(r"following orders\s*:\s*([\w\-,;\s]+)", re.IGNORECASE)
_ORDER = re.compile(r"[\w-]{4,80}")
MOST_NAMED = 5


def about_orders(message: str, holdings: Sequence[Holding]) -> str:
    """A sentence for each order that `message` names (at most five), with what it is an order of; "" if none."""
    match = _ORDERS.search(message)
    orders = list(dict.fromkeys(_ORDER.findall(match[1]))) if match else []
    return "".join(f" {_about(order, holdings)}" for order in orders[:MOST_NAMED])


def _about(order: str, holdings: Sequence[Holding]) -> str:
    wanted = order.casefold()
    for holding in holdings:
        if wanted not in ((holding.order_id or "").casefold(), _reservation_order(holding)):
            continue
        if holding.kind is HoldingKind.AZURE_PLAN:
            return f"Order {order} is that of the Azure plan {holding.name} ({holding.status.value}), no reservation."
        return f"Order {order} is that of {holding.name} ({holding.kind.value}, {holding.status.value})."
    return f"Order {order} belongs to nothing that was read."


def _reservation_order(holding: Holding) -> str:
    return (holding.parent_id or "").casefold() if holding.kind is HoldingKind.RESERVATION else ""
