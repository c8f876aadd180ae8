"""PartnerCenterClient: the PartnerCenter port over HTTPS.

Reads are complete or raise. Writes are sent once, with the MS-RequestId given; their effect has to be read back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter

from shared.adapters.http.answer import Answer, readable
from shared.adapters.http.call import Call, encoded, guid, segment
from shared.adapters.http.pages import read_all
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.writes import written
from shared.adapters.partner_center.error_map.quantity import about_quantity
from shared.adapters.partner_center.images import (
    with_end_at_term,
    with_part_of,
    with_quantity,
    with_status,
    without_renewal,
)
from shared.adapters.partner_center.monthly import monthly_already, monthly_body
from shared.adapters.partner_center.paging import partner_center_page
from shared.adapters.partner_center.paths import CUSTOMERS, azure_subscription_path, customer_path, subscription_path
from shared.adapters.partner_center.recorded_ends import ends_at_term, renews_not
from shared.adapters.partner_center.wire.audit import removes
from shared.adapters.partner_center.wire.availabilities import Availability, availability, availability_page
from shared.adapters.partner_center.wire.azure_subscriptions import azure_subscription
from shared.adapters.partner_center.wire.customers import customer
from shared.adapters.partner_center.wire.entitlements import entitlements, flattened
from shared.adapters.partner_center.wire.next_terms import next_term
from shared.adapters.partner_center.wire.orders import order
from shared.adapters.partner_center.wire.subscriptions import subscription
from shared.adapters.partner_center.wire.transfers import transfer
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, RefusedError, UnreadableAnswerError
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    CustomerProfile,
    Entitlement,
    Order,
    Subscription,
    Transfer,
    WriteAnswer,
)
from shared.ports.partner import Part, SubscriptionTarget

COMPROMISE = "compromise"
"""The only documented cancellationReason of an Azure subscription (others: 900307)."""


class PartnerCenterClient:
    """Every call takes the customer id of the request and puts exactly that one into the path (I6)."""

    def __init__(self, service: ServiceClient, partner_tenant_id: str, page_size: int = 500) -> None:
        self._service = service
        self._tenant_id = guid("partnerTenantId", partner_tenant_id)
        self._page_size = page_size

    def list_customers(self) -> Collection[CustomerProfile]:
        call = self._get(CUSTOMERS, size=str(self._page_size))
        return read_all(self._service, call, partner_center_page, customer, identity=attrgetter("id"))

    def get_customer(self, customer_id: str) -> CustomerProfile:
        record = self._read(self._get(customer_path(customer_id)))
        _same(customer_id, record)
        return customer(record)

    def list_subscriptions(self, customer_id: str) -> Collection[Subscription]:
        call = self._get(customer_path(customer_id, "subscriptions"))
        return read_all(self._service, call, partner_center_page, subscription, identity=attrgetter("id"))

    def list_entitlements(self, customer_id: str) -> Collection[Entitlement]:
        call = self._get(customer_path(customer_id, "entitlements"), showExpiry="true")
        return flattened(read_all(self._service, call, partner_center_page, entitlements))

    def list_orders(self, customer_id: str) -> Collection[Order]:
        call = self._get(customer_path(customer_id, "orders"))
        return read_all(self._service, call, partner_center_page, order, identity=attrgetter("id"))

    def list_transfers(self, customer_id: str) -> Collection[Transfer]:
        call = self._get(customer_path(customer_id, "transfers"))
        return read_all(
            self._service,
            call,
            partner_center_page,
            lambda item: transfer(item, self._tenant_id),
            identity=attrgetter("id"),
        )

    def list_azure_subscriptions(self, customer_id: str, plan_id: str) -> Collection[AzureSubscription]:
        call = self._get(f"{subscription_path(customer_id, plan_id)}/azureEntitlements")
        return read_all(
            self._service,
            call,
            partner_center_page,
            lambda item: azure_subscription(item, plan_id),
            identity=attrgetter("id"),
        )

    def set_subscription_status(
        self, customer_id: str, subscription_id: str, image: str, target: SubscriptionTarget, request_id: str
    ) -> WriteAnswer:
        """Raises InvalidRequestError when `image` is not this subscription's."""
        body = with_status(image, subscription_id, target)
        answer = self._write("PATCH", subscription_path(customer_id, subscription_id), body, request_id)
        return written(answer)

    def end_at_term(
        self, customer_id: str, subscription_id: str, request_id: str, *, schedule_cancel: bool = True
    ) -> WriteAnswer:
        """Sends nothing when the resource already shows both; repeating it is therefore harmless."""
        path = subscription_path(customer_id, subscription_id)
        record = self._read(self._get(path))
        _same(subscription_id, record)
        shown, body = (
            (ends_at_term, with_end_at_term(record.raw))
            if schedule_cancel
            else (renews_not, without_renewal(record.raw))
        )
        if shown(record):
            return WriteAnswer(200, "was already set to end at its term")
        return written(self._write("PATCH", path, body, request_id))

    def list_terms(self, customer_id: str, product_id: str, sku_id: str) -> tuple[str, ...]:
        offered = self._availabilities(customer_id, product_id, sku_id)
        return tuple(sorted({length for one in offered if one.renewable for length, _ in one.terms}))

    def renew_monthly(self, customer_id: str, subscription_id: str, request_id: str) -> WriteAnswer:
        """The catalogue is asked right before, because it gives availabilities new ids from time to time."""
        path = subscription_path(customer_id, subscription_id)
        record = self._read(self._get(path))
        _same(subscription_id, record)
        if already := monthly_already(record):
            return WriteAnswer(200, already)
        term = next_term(record)
        body = monthly_body(record, self._availabilities(customer_id, term.product_id, term.sku_id))
        return written(self._write("PATCH", path, body, request_id))

    def reduce_seats(self, customer_id: str, subscription_id: str, target: int, request_id: str) -> WriteAnswer:
        """Asks for a number of seats, never for a difference; repeating it is therefore harmless."""
        if target < 1:
            raise InvalidRequestError(ReasonCode.INVALID_QUANTITY, "quantity", "must be at least 1", str(target))
        path = subscription_path(customer_id, subscription_id)
        record = self._read(self._get(path))
        _same(subscription_id, record)
        shown = record.integer("quantity")
        if shown is None:
            raise UnreadableAnswerError(f"{record.where}.quantity: expected a whole number, got nothing")
        if shown <= target:
            return WriteAnswer(200, f"has no more than {shown} seats already")
        try:
            return written(self._write("PATCH", path, with_quantity(record.raw, target), request_id))
        except RefusedError as error:
            raise about_quantity(error) from None

    def put_back(self, customer_id: str, subscription_id: str, before: str, part: Part, request_id: str) -> WriteAnswer:
        """Sends nothing when the resource already shows it; repeating it is therefore harmless."""
        path = subscription_path(customer_id, subscription_id)
        record = self._read(self._get(path))
        _same(subscription_id, record)
        body = with_part_of(record.raw, before, subscription_id, part)
        if body is None:
            return WriteAnswer(200, "was already as before")
        return written(self._write("PATCH", path, body, request_id))

    def cancel_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        path = f"{azure_subscription_path(customer_id, plan_id, azure_subscription_id)}/cancel"
        return written(self._write("POST", path, {"cancellationReason": COMPROMISE}, request_id))

    def reactivate_azure_subscription(
        self, customer_id: str, plan_id: str, azure_subscription_id: str, request_id: str
    ) -> WriteAnswer:
        path = f"{azure_subscription_path(customer_id, plan_id, azure_subscription_id)}/reactivate"
        return written(self._write("POST", path, {}, request_id))

    def cancel_order_line(
        self, customer_id: str, order_id: str, line_number: int, offer_id: str, request_id: str
    ) -> WriteAnswer:
        path = customer_path(customer_id, "orders", segment("orderId", order_id))
        line: dict[str, object] = {"lineItemNumber": line_number}
        if offer_id:
            line["offerId"] = offer_id
        body = {"id": order_id, "status": "cancelled", "lineItems": [line]}
        return written(self._write("PATCH", path, body, request_id))

    def remove_relationship(self, customer_id: str, request_id: str) -> WriteAnswer:
        """The answer only echoes the request, and the effect takes minutes."""
        body = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
        return written(self._write("PATCH", customer_path(customer_id), body, request_id))

    def relationship_request_url(self) -> str:
        record = self._read(self._get(f"{CUSTOMERS}/relationshiprequests"))
        url = record.required("url")
        if not url.startswith("https://"):
            raise UnreadableAnswerError(f"{record.where}.url: expected an https address, got {readable(url, 80)!r}")
        return url

    def support_contact_refused(self, customer_id: str, subscription_id: str) -> bool:
        try:
            self._service.exchange(self._get(f"{subscription_path(customer_id, subscription_id)}/supportcontact"))
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

    def _availabilities(self, customer_id: str, product_id: str, sku_id: str) -> tuple[Availability, ...]:
        path = customer_path(
            customer_id, "products", segment("productId", product_id), "skus", segment("skuId", sku_id)
        )
        call = self._get(f"{path}/availabilities")
        return read_all(self._service, call, availability_page, availability, identity=attrgetter("id")).items

    def _get(self, path: str, **query: str) -> Call:
        return Call("GET", path, self._tenant_id, encoded(query))

    def _read(self, call: Call) -> Record:
        return Record(self._service.read(call), self._service.where(call))

    def _write(self, method: str, path: str, body: Mapping[str, object], request_id: str) -> Answer:
        identifier = guid("requestId", request_id)
        call = Call(method, path, self._tenant_id, body=body, effect=True, request_id=identifier)
        return self._service.exchange(call)


def _same(wanted: str, record: Record) -> None:
    if record.required("id").lower() != wanted.lower():
        raise UnreadableAnswerError(f"{record.where}.id: asked for {wanted}, got {readable(record.required('id'), 60)}")
