"""What the reader of each resource has to get out of a documented body: the `expect` of a sample, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from shared.adapters.graph.client import relationship
from shared.adapters.http.moments import parse_moment
from shared.adapters.http.record import Record
from shared.adapters.partner_center.wire.azure_subscriptions import azure_subscription
from shared.adapters.partner_center.wire.customers import customer
from shared.adapters.partner_center.wire.entitlements import entitlements
from shared.adapters.partner_center.wire.orders import order
from shared.adapters.partner_center.wire.subscriptions import subscription
from shared.adapters.partner_center.wire.transfers import transfer
from shared.adapters.reservations.wire import reservation, savings_plan
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.classify import subscription_kind
from tests.contract.partner_center.samples import Expected

KINDS = {"azure_legacy": "legacy_azure"}
Check = Callable[[Record, Expected], None]


def seconds(text: str | None) -> datetime | None:
    moment = parse_moment(text) if text else None
    return moment.replace(microsecond=0) if moment else None


def check_customer(record: Record, wanted: Expected) -> None:
    if wanted["id"] is None:
        with pytest.raises(UnreadableAnswerError, match="id"):
            customer(record)
        return
    read = customer(record)
    assert (read.id, read.relationship, read.company_name, read.domain) == (
        wanted["id"],
        wanted["relationshipToPartner"],
        wanted["companyName"],
        wanted["domain"],
    )
    assert list(read.custom_domains) == wanted.get("customDomains", [])


def check_subscription(record: Record, wanted: Expected) -> None:
    read = subscription(record)
    assert (read.id, read.status, read.offer_id or None) == (wanted["id"], wanted["status"], wanted["offerId"])
    assert (read.auto_renew, read.quantity, read.is_trial) == (
        wanted["autoRenewEnabled"],
        wanted["quantity"],
        wanted["isTrial"],
    )
    assert (read.order_id, read.parent_id, read.product_type) == (
        wanted["orderId"],
        wanted["parentSubscriptionId"],
        wanted["productTypeId"],
    )
    assert seconds(wanted["cancellationAllowedUntil"]) == read.cancellable_until
    end = None if wanted["openEnded"] else seconds(wanted["commitmentEndUtcSeconds"])
    assert (read.term_end and read.term_end.date()) == (end and end.date())
    if wanted["kind"] != "addon":
        kinds = {wanted["kind"], *wanted.get("kindAlsoAcceptable", ())}
        assert subscription_kind(read).value in {KINDS.get(kind, kind) for kind in kinds}


def check_azure_subscription(record: Record, wanted: Expected) -> None:
    read = azure_subscription(record, "plan")
    assert (read.id, read.status, read.name) == (wanted["id"], wanted["status"], wanted["friendlyName"])


def check_entitlement(record: Record, wanted: Expected) -> None:
    rows = entitlements(record)
    assert [row.resource_id for row in rows if row.resource_id] == wanted["reservationOrderIds"]
    for row in rows:
        assert (row.type, row.quantity, row.order_id, row.line_id) == (
            wanted["entitlementType"],
            wanted["quantity"],
            wanted["orderId"],
            wanted["orderLineItemId"],
        )
        assert row.expires_at == seconds(wanted["expiryDate"])


def check_order(record: Record, wanted: Expected) -> None:
    read = order(record)
    assert (read.id, read.status) == (wanted["id"], wanted["status"])
    assert (read.created_at and read.created_at.replace(microsecond=0)) == seconds(wanted["creationUtcSeconds"])
    assert [(line.number, line.quantity, line.offer_id, line.subscription_id) for line in read.lines] == [
        (line["lineItemNumber"], line["quantity"], line["offerId"], line["subscriptionId"])
        for line in wanted["lineItems"]
    ]


def check_transfer(record: Record, wanted: Expected) -> None:
    read = transfer(record, "")
    assert (read.id, read.status) == (wanted["id"], wanted["status"])


def check_relationship(record: Record, wanted: Expected) -> None:
    read = relationship(record)
    assert (read.id, read.status) == (wanted["id"], wanted["status"])


def check_reservation(record: Record, wanted: Expected) -> None:
    read = reservation(record)
    assert (read.order_id, read.id, read.state, read.quantity, read.renew) == (
        wanted["reservationOrderId"],
        wanted["reservationId"],
        wanted["provisioningState"],
        wanted["quantity"],
        wanted["renew"],
    )
    check_expiry(read.expires_at, wanted)


def check_savings_plan(record: Record, wanted: Expected) -> None:
    read = savings_plan(record)
    assert (read.id, read.state) == (wanted["savingsPlanId"], wanted["provisioningState"])
    check_expiry(read.expires_at, wanted)


def check_expiry(read: datetime | None, wanted: Expected) -> None:
    exact, day = wanted["expiryDateTime"], wanted["expiryDate"]
    assert read is not None
    assert read == parse_moment(exact) if exact else read.date().isoformat() == day


SINGLE: dict[str, Check] = {
    "customer": check_customer,
    "subscription": check_subscription,
    "azureEntitlement": check_azure_subscription,
    "order": check_order,
    "transfer": check_transfer,
    "gdapRelationship": check_relationship,
    "reservation": check_reservation,
    "savingsPlan": check_savings_plan,
}
LISTS: dict[str, tuple[str, Check]] = {
    "collection<customer>": ("customers", check_customer),
    "collection<subscription>": ("subscriptions", check_subscription),
    "collection<azureEntitlement>": ("azureEntitlements", check_azure_subscription),
    "collection<entitlement>": ("entitlements", check_entitlement),
    "collection<order>": ("orders", check_order),
    "array<transfer>": ("transfers", check_transfer),
    "odata<gdapRelationship>": ("relationships", check_relationship),
    "arm<reservation>": ("reservations", check_reservation),
    "arm<savingsPlan>": ("savingsPlans", check_savings_plan),
}
