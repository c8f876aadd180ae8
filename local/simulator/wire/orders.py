"""Order and entitlement bodies. Source: "Order resources", "Get a collection of entitlements"."""

import base64
import json
from collections.abc import Iterator, Sequence

from local.simulator.knobs import Knobs
from local.simulator.messages import Json
from local.simulator.tenant.kinds import LineKind
from local.simulator.tenant.records import Order, OrderLine, Reservation
from local.simulator.times import iso7, iso_bare, iso_midnight, iso_pacific
from local.simulator.wire.shapes import link, product_links, without_none


def order_body(order: Order, country: str, knobs: Knobs) -> Json:
    """The order; a cancelled line may still show its quantity, and few fields are in every documented body."""
    base = f"/customers/{order.customer_id}/orders/{order.id}"
    sparse = knobs.order_fields == "sparse"
    links = {"self": link(base), "provisioningStatus": link(f"{base}/provisioningstatus")}
    if not order.legacy:
        links["patchOperation"] = link(base, "PATCH")
    return without_none(
        (
            ("id", order.id),
            ("alternateId", None if sparse else order.alternate_id),
            ("referenceCustomerId", order.customer_id),
            ("billingCycle", _spelt(order.billing_cycle, sparse)),
            ("currencyCode", "USD"),
            ("currencySymbol", None if sparse else "$"),
            ("lineItems", [_line_body(line, order, country, knobs) for line in order.lines]),
            ("creationDate", iso_pacific(order.created_at) if order.legacy else iso7(order.created_at)),
            ("status", None if sparse and order.legacy else _spelt(order.status, sparse)),
            ("transactionType", None if sparse else "UserPurchase"),
            ("links", links),
            ("attributes", without_none((("etag", _etag(order)), ("objectType", "Order")))),
        )
    )


def _etag(order: Order) -> str | None:
    """Legacy orders alone have one."""
    content = json.dumps({"id": order.id, "version": 1}, separators=(",", ":"))
    return base64.b64encode(content.encode()).decode() if order.legacy else None


def _spelt(word: str, capital: bool) -> str:
    """Words of orders are documented in both spellings."""
    return f"{word[:1].upper()}{word[1:]}" if capital else word


def provisioning_body(order: Order) -> Json:
    """Items of the order's provisioning status."""
    pending = order.status.startswith("pending")
    items = []
    for line in order.lines:
        status = "unfulfilled" if line.cancelled else "prefulfillmentpending" if pending else "fulfilled"
        quantity = {"quantity": line.quantity, "status": status}
        items.append(
            {
                "orderLineItemId": line.number,
                "lineItemNumber": line.number,
                "status": status,
                "quantityProvisioningInformation": [quantity],
            }
        )
    return {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}


def software_entitlements(order: Order, knobs: Knobs) -> Iterator[Json]:
    """The entitlements of an order's perpetual software; a cancelled one stays listed with quantity 0."""
    for line in order.lines:
        if line.kind is not LineKind.PERPETUAL:
            continue
        if line.cancelled and knobs.cancelled_entitlement == "missing":
            continue
        product, sku = (*line.offer_id.split(":"), "", "")[:2]
        reference = {"id": order.id, "lineItemId": str(line.number), "alternateId": order.alternate_id}
        part = {
            "includedEntitlements": [],
            "referenceOrder": reference,
            "productId": f"{product[:-1]}X",
            "quantity": 0 if line.cancelled else line.quantity,
            "entitledArtifacts": [],
            "skuId": "0001",
            "entitlementType": "software",
            **_quantity_details(line.quantity, line.cancelled, knobs),
        }
        yield {**part, "includedEntitlements": [part], "productId": product, "skuId": sku}


def reservation_entitlement(
    held: Sequence[Reservation], order: Order | None, show_expiry: bool, knobs: Knobs
) -> Json | None:
    """The entitlement of a reservation order that was bought through Partner Center: what its reservations hold.

    *order*: what it was bought with, among whose lines it is looked up."""
    live = [one for one in held if one.live]
    reservation = (live or held)[0]
    if reservation.order_id is None:
        return None
    if not live and knobs.cancelled_entitlement == "missing":
        return None
    body: dict[str, Json] = {
        "includedEntitlements": [],
        "referenceOrder": {"id": reservation.order_id, "lineItemId": _line_id(reservation, order)},
        "productId": reservation.product_id,
        "quantity": sum(one.quantity for one in live),
        "entitledArtifacts": [
            {
                "link": link(artifact_path(reservation)),
                "resourceId": reservation.reservation_order_id,
                "artifactType": "reservedinstance",
            }
        ],
        "skuId": reservation.sku_id,
        "entitlementType": "reservedinstance",
        "dynamicAttributes": {"reservationType": reservation.resource_type.lower()},
        **_quantity_details(sum(one.original_quantity for one in held), not live, knobs),
    }
    if show_expiry:
        body["expiryDate"] = iso_midnight(reservation.expires_at)
    return body


def _line_id(reservation: Reservation, order: Order | None) -> str:
    lines = order.lines if order is not None else ()
    wanted = reservation.reservation_order_id
    return next((str(line.number) for line in lines if line.reservation_order_id == wanted), "0")


def _quantity_details(quantity: int, cancelled: bool, knobs: Knobs) -> dict[str, Json]:
    """quantityDetails is documented without its status values."""
    if knobs.quantity_details == "absent":
        return {}
    status = "Something" if knobs.quantity_details == "unknown" else "unfulfilled" if cancelled else "fulfilled"
    return {"quantityDetails": [{"quantity": quantity, "status": status}]}


def artifact_path(reservation: Reservation) -> str:
    """Where the reservation's details are."""
    group = reservation.id.replace("-", "")
    return (
        f"/customers/{reservation.customer_id}/artifacts/reservedinstance/groups/{group}"
        f"/lineitems/{reservation.id}/resource/{reservation.reservation_order_id}"
    )


def artifact_body(held: Sequence[Reservation], type_: str) -> Json:
    """The details: the list keeps its old name whatever was reserved; an older path has an older *type_*."""
    old = type_.lower() == "virtualmachinereservedinstance"
    return {
        "type": "virtual_machine_reserved_instance" if old else "reservedinstance",
        "virtualMachineReservations": [
            {
                "reservationId": reservation.id,
                "scopeType": "Shared",
                "displayName": reservation.name,
                "quantity": reservation.quantity,
                "expiryDateTime": iso_bare(reservation.expires_at),
                "effectiveDateTime": iso7(reservation.purchased_at),
                "provisioningState": reservation.state,
            }
            for reservation in held
        ],
    }


def _line_body(line: OrderLine, order: Order, country: str, knobs: Knobs) -> Json:
    links = product_links(line.offer_id, country)
    if line.subscription_id is not None:
        links["subscription"] = link(f"/customers/{order.customer_id}/subscriptions/{line.subscription_id}")
    sparse, whole = knobs.order_fields == "sparse", knobs.order_fields == "whole"
    kind = "cancel" if whole and line.cancelled else "New"
    return without_none(
        (
            ("lineItemNumber", line.number),
            ("offerId", line.offer_id),
            ("subscriptionId", line.subscription_id),
            ("termDuration", None if sparse else line.term_duration),
            ("transactionType", None if sparse else kind),
            ("friendlyName", line.name),
            ("quantity", 0 if line.cancelled and line.shows_zero else line.quantity),
            ("pricing", _pricing(line) if whole else None),
            ("links", links),
        )
    )


def _pricing(line: OrderLine) -> Json:
    """Prices of the catalogue are no matter of this tenant: all the same, and the total of the line."""
    price = 10.0
    return {
        "listPrice": price,
        "discountedPrice": price,
        "proratedPrice": price,
        "price": price,
        "extendedPrice": price * line.quantity,
    }
