"""PartnerCenterClient: the PartnerCenter port over HTTPS.

Reads are complete or raise. Writes are sent once, with the MS-RequestId given, and answer `completed` only where the
answer itself shows the wanted state; everything else has to be read back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from shared.adapters.http.answer import Answer, readable
from shared.adapters.http.call import Call, encoded, guid, segment
from shared.adapters.http.pages import read_all
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.writes import written
from shared.adapters.partner_center.images import with_end_at_term, with_status, without_renewal
from shared.adapters.partner_center.paging import partner_center_page
from shared.adapters.partner_center.proofs import (
    ends_at_term,
    has_status,
    is_cancelled,
    renews_not,
)
from shared.adapters.partner_center.wire.audit import removes
from shared.adapters.partner_center.wire.azure_subscriptions import azure_subscription
from shared.adapters.partner_center.wire.customers import customer
from shared.adapters.partner_center.wire.entitlements import entitlements, flattened
from shared.adapters.partner_center.wire.orders import order
from shared.adapters.partner_center.wire.subscriptions import subscription
from shared.adapters.partner_center.wire.transfers import transfer
from shared.domain.errors import RefusedError, UnreadableAnswerError
from shared.domain.partner import (
    AzureSubscription,
    Collection,
    CustomerProfile,
    Entitlement,
    Order,
    Subscription,
    Transfer,
    WriteAnswer,
)
from shared.ports.partner import SubscriptionTarget

CUSTOMERS = "/v1/customers"
COMPROMISE = "compromise"
"""The only documented cancellationReason of an Azure subscription (others: 900307)."""


class PartnerCenterClient:
    """Every call takes the customer id of the request and puts exactly that one into the path (I6)."""

    def __init__(self, service: ServiceClient, partner_tenant_id: str, page_size: int = 500) -> None:
        self._service = service
        self._tenant_id = guid("partnerTenantId", partner_tenant_id)
        self._page_size = page_size

    def list_customers(self) -> Collection[CustomerProfile]:
        return read_all(self._service, self._get(CUSTOMERS, size=str(self._page_size)), partner_center_page, customer)

    def get_customer(self, customer_id: str) -> CustomerProfile:
        record = self._read(self._get(_customer(customer_id)))
        _same(customer_id, record)
        return customer(record)

    def list_subscriptions(self, customer_id: str) -> Collection[Subscription]:
        call = self._get(_customer(customer_id, "subscriptions"))
        return read_all(self._service, call, partner_center_page, subscription)

    def list_entitlements(self, customer_id: str) -> Collection[Entitlement]:
        call = self._get(_customer(customer_id, "entitlements"), showExpiry="true")
        return flattened(read_all(self._service, call, partner_center_page, entitlements))

    def list_orders(self, customer_id: str) -> Collection[Order]:
        return read_all(self._service, self._get(_customer(customer_id, "orders")), partner_center_page, order)

    def list_transfers(self, customer_id: str) -> Collection[Transfer]:
        call = self._get(_customer(customer_id, "transfers"))
        return read_all(self._service, call, partner_center_page, lambda item: transfer(item, self._tenant_id))

    def list_azure_subscriptions(self, customer_id: str, plan_id: str) -> Collection[AzureSubscription]:
        call = self._get(f"{_subscription(customer_id, plan_id)}/azureEntitlements")
        return read_all(self._service, call, partner_center_page, lambda item: azure_subscription(item, plan_id))

    def set_subscription_status(
        self, customer_id: str, subscription_id: str, image: str, target: SubscriptionTarget, request_id: str
    ) -> WriteAnswer:
        """Raises InvalidRequestError when `image` is not this subscription's."""
        body = with_status(image, subscription_id, target)
        answer = self._write("PATCH", _subscription(customer_id, subscription_id), body, request_id)
        return written(answer, has_status(target.value))

    def end_at_term(
        self, customer_id: str, subscription_id: str, request_id: str, *, schedule_cancel: bool = True
    ) -> WriteAnswer:
        """Sends nothing when the resource already shows both; repeating it is therefore harmless."""
        path = _subscription(customer_id, subscription_id)
        record = self._read(self._get(path))
        _same(subscription_id, record)
        shown, body = (
            (ends_at_term, with_end_at_term(record.raw))
            if schedule_cancel
            else (renews_not, without_renewal(record.raw))
        )
        if shown(record):
            return WriteAnswer(200, completed=True, detail="was already set to end at its term")
        return written(self._write("PATCH", path, body, request_id), shown)

    def cancel_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        azure_subscription_id = segment("azureSubscriptionId", azure_subscription_id)
        path = f"{_subscription(customer_id, plan_id)}/azureEntitlements/{azure_subscription_id}/cancel"
        return written(
            self._write("POST", path, {"cancellationReason": COMPROMISE}, request_id), has_status("inactive")
        )

    def cancel_order_line(
        self, customer_id: str, order_id: str, line_number: int, offer_id: str, request_id: str
    ) -> WriteAnswer:
        path = _customer(customer_id, "orders", segment("orderId", order_id))
        line: dict[str, object] = {"lineItemNumber": line_number}
        if offer_id:
            line["offerId"] = offer_id
        body = {"id": order_id, "status": "cancelled", "lineItems": [line]}
        return written(self._write("PATCH", path, body, request_id), is_cancelled(line_number))

    def remove_relationship(self, customer_id: str, request_id: str) -> WriteAnswer:
        """Never `completed`: the answer only echoes the request, and the effect takes minutes."""
        body = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
        return written(self._write("PATCH", _customer(customer_id), body, request_id))

    def relationship_request_url(self) -> str:
        record = self._read(self._get(f"{CUSTOMERS}/relationshiprequests"))
        url = record.required("url")
        if not url.startswith("https://"):
            raise UnreadableAnswerError(f"{record.where}.url: expected an https address, got {readable(url, 80)!r}")
        return url

    def support_contact_refused(self, customer_id: str, subscription_id: str) -> bool:
        try:
            self._service.exchange(self._get(f"{_subscription(customer_id, subscription_id)}/supportcontact"))
        except RefusedError as error:
            if error.status in {403, 404}:
                return True
            raise
        return False

    def removal_audited(self, customer_id: str, since: datetime) -> bool:
        wanted = {"Field": "CustomerId", "Value": guid("customerId", customer_id), "Operator": "equals"}
        call = self._get(
            "/v1/auditrecords",
            startDate=f"{since:%Y-%m-%d}",
            size=str(self._page_size),
            filter=json.dumps(wanted, separators=(",", ":")),
        )
        records = read_all(self._service, call, partner_center_page, lambda item: removes(item, customer_id, since))
        return any(records.items)

    def _get(self, path: str, **query: str) -> Call:
        return Call("GET", path, self._tenant_id, encoded(query))

    def _read(self, call: Call) -> Record:
        return Record(self._service.read(call), self._service.where(call))

    def _write(self, method: str, path: str, body: Mapping[str, object], request_id: str) -> Answer:
        identifier = guid("requestId", request_id)
        call = Call(method, path, self._tenant_id, body=body, effect=True, request_id=identifier)
        return self._service.exchange(call)


def _customer(customer_id: str, *below: str) -> str:
    return "/".join((CUSTOMERS, guid("customerId", customer_id), *below))


def _subscription(customer_id: str, subscription_id: str) -> str:
    return _customer(customer_id, "subscriptions", segment("subscriptionId", subscription_id))


def _same(wanted: str, record: Record) -> None:
    if record.required("id").lower() != wanted.lower():
        raise UnreadableAnswerError(f"{record.where}.id: asked for {wanted}, got {readable(record.required('id'), 60)}")
