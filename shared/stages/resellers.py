"""Indirect providers: the relationship is removed for every reseller of the customer, so it must be the right one."""

from __future__ import annotations

from shared.domain.inventory import Inventory
from shared.stages.services import Partner


def other_reseller(inventory: Inventory, named: str | None, partner: Partner) -> tuple[str, str] | None:
    """Code and text of the refusal when something that is not ended belongs to another reseller than the one named."""
    found = sorted({item.reseller for item in inventory.holdings if item.reseller is not None and not item.ended})
    if named is not None:
        others = [item for item in found if item != named]
        if not others:
            return None
        text = f"resellerMpnId is {named}, and the customer also holds subscriptions of reseller {', '.join(others)}"
        return "other_reseller", f"{text}: the removal would end those too"
    if partner.indirect_provider and found:
        text = f"resellerMpnId is missing: this is an indirect provider, and the customer belongs to {', '.join(found)}"
        return "reseller_required", text
    return None
