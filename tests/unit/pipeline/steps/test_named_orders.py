"""What a refused removal names as orders of reservations may be an Azure plan's."""

from __future__ import annotations

import pytest

from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.pipeline.steps.named_orders import about_orders

TEXT = (
    "Customer relationship cannot be removed due to active Azure reserved instances."
    "Please cancel the following orders: "
)
PLAN = Holding("subscription:p", HoldingKind.AZURE_PLAN, "p", "Azure plan", HoldingStatus.ACTIVE, order_id="AbC123xyz")
RESERVATION = Holding(
    "reservation:o/r", HoldingKind.RESERVATION, "r", "VM in westeurope", HoldingStatus.ACTIVE, parent_id="5000-order"
)
SOFTWARE = Holding(
    "order:s/0", HoldingKind.PERPETUAL_SOFTWARE, "s", "Windows Server", HoldingStatus.CANCELLED, order_id="s0ftware"
)


@pytest.mark.parametrize(
    ("orders", "says"),
    [
        ("abc123XYZ", " Order abc123XYZ is that of the Azure plan Azure plan (active), no reservation."),
        ("5000-order", " Order 5000-order is that of VM in westeurope (reservation, active)."),
        ("s0ftware", " Order s0ftware is that of Windows Server (perpetual_software, cancelled)."),
        ("unknown1", " Order unknown1 belongs to nothing that was read."),
        (
            "AbC123xyz,unknown1,AbC123xyz",
            " Order AbC123xyz is that of the Azure plan Azure plan (active), no reservation."
            " Order unknown1 belongs to nothing that was read.",
        ),
        ("", ""),
    ],
)
def test_named_orders_are_explained(orders: str, says: str) -> None:
    assert about_orders(TEXT + orders, [RESERVATION, PLAN, SOFTWARE]) == says


def test_not_more_than_a_few_are_named() -> None:
    many = ", ".join(f"order-{number}" for number in range(40))
    assert about_orders(TEXT + many, []).count("Order ") == 5


@pytest.mark.parametrize("text", ["", "Invalid property", "orders: abc"])
def test_other_texts_name_nothing(text: str) -> None:
    assert about_orders(text, [PLAN]) == ""
