"""An open cancellation window shows where the tenant says, and nowhere else; a closed one shows nowhere."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.tests.unit.tenant import Tenant

PLACES = {
    "date": {"cancellationAllowedUntilDate"},
    "refundOptions": {"refundOptions"},
    "refundableQuantity": {"refundableQuantity"},
    "action": {"actions"},
    "nowhere": set(),
}
LICENCE_ONLY = {"refundableQuantity", "actions"}


def _shown(item: dict[str, Any]) -> set[str]:
    found = {name for name in ("cancellationAllowedUntilDate", "refundOptions") if item.get(name)}
    if (item.get("refundableQuantity") or {}).get("totalQuantity"):
        found.add("refundableQuantity")
    if "cancel" in (item.get("actions") or []):
        found.add("actions")
    return found


@pytest.mark.parametrize("place", [*PLACES, "everywhere"])
@pytest.mark.parametrize(("holding", "open_"), [(b.nce(), True), (b.nce_past_window("+P40D"), False)])
def test_a_licence(holding: b.Holding, open_: bool, place: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", holding), window_shows=place))
    item = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0]
    everywhere = set().union(*PLACES.values())
    assert _shown(item) == (PLACES.get(place, everywhere) if open_ else set())
    assert item["effectiveStartDate"]


@pytest.mark.parametrize("place", [*PLACES, "everywhere"])
@pytest.mark.parametrize("holding", [b.marketplace(), b.software()])
def test_marketplace_and_software(holding: b.Holding, place: str) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", holding), window_shows=place))
    item = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0]
    everywhere = set().union(*PLACES.values())
    assert _shown(item) == PLACES.get(place, everywhere) - LICENCE_ONLY
