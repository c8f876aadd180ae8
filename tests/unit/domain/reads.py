"""Short ways to build what Partner Center and Azure answer, and to assemble it."""

from typing import Any

from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.model import Holding
from shared.domain.holdings.reads import AzureRead, PartnerCenterRead
from shared.domain.holdings.records import (
    Collection,
    Entitlement,
    Order,
    OrderLine,
    Reservation,
    SavingsPlan,
    Subscription,
)
from tests.unit.domain.support import NOW

PLAN_OFFER = "DZH318Z0BPS6:0001"
SAVINGS_OFFER = "DZH318Z09V6F:0001"
LICENCE_OFFER = "CFQ7TTC0LH18:0001"


def licence(identity: str, offer: str = LICENCE_OFFER, **fields: Any) -> Subscription:
    return Subscription(**{"id": identity, "offer_id": offer, "name": "Licence", "status": "active", **fields})


def software(order: str = "ord", line: str = "1", **fields: Any) -> Entitlement:
    return Entitlement(**{"type": "Software", "order_id": order, "line_id": line, "quantity": 1, **fields})


def reserved(resource: str | None = "RO-1", **fields: Any) -> Entitlement:
    given = {
        "type": "VirtualMachineReservedInstance",
        "order_id": "o-1",
        "line_id": "0",
        "quantity": 1,
    }
    return Entitlement(**{**given, "resource_id": resource, **fields})


def line(number: int = 1, **fields: Any) -> OrderLine:
    return OrderLine(**{"number": number, "offer_id": "offer", "name": "Office", "quantity": 1, **fields})


def order(*lines: OrderLine, **fields: Any) -> Order:
    return Order(**{"id": "Ord", "status": "completed", "created_at": NOW, "lines": lines, **fields})


def read(**given: tuple[Any, ...]) -> PartnerCenterRead:
    names = ("subscriptions", "entitlements", "orders", "transfers", "azure_subscriptions")
    return PartnerCenterRead(**{name: Collection(given.get(name, ())) for name in names})


def azure(reservations: tuple[Reservation, ...] = (), plans: tuple[SavingsPlan, ...] = ()) -> AzureRead:
    return AzureRead(Collection(reservations), Collection(plans))


def holdings(given: PartnerCenterRead, of_azure: AzureRead | None = None) -> dict[str, Holding]:
    found, problems = assemble(given, of_azure, NOW)
    assert problems == ()
    return {item.key: item for item in found}


def codes(given: PartnerCenterRead, of_azure: AzureRead | None = None) -> list[tuple[str, str]]:
    return [(item.collection, item.code) for item in assemble(given, of_azure, NOW)[1]]
