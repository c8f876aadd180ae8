"""Order and entitlement bodies. Source: "Order resources", "Get a collection of entitlements"."""

from collections.abc import Iterator, Sequence

from local.simulator.knobs import Knobs
from local.simulator.messages import Json
from local.simulator.tenant.kinds import LineKind
from local.simulator.tenant.records import Order, OrderLine, Reservation
from local.simulator.times import iso7, iso_bare, iso_midnight
from local.simulator.wire.shapes import link, product_links, without_none


def order_body(order: Order, country: str) -> Json:
    """The order; a cancelled line may still show its quantity."""
    base = f"/customers/{order.customer_id}/orders/{order.id}"
    links = {"self": link(base), "provisioningStatus": link(f"{base}/provisioningstatus")}
    if not order.legacy:
        links["patchOperation"] = link(base, "PATCH")
    attributes = without_none(
        (("etag", f"order-{order.alternate_id}" if order.legacy else None), ("objectType", "Order"))
    )
    return without_none(
        (
            ("id", order.id),
            ("alternateId", order.alternate_id),
            ("referenceCustomerId", order.customer_id),
            ("billingCycle", order.billing_cycle),
            ("currencyCode", "USD"),
            ("currencySymbol", "$"),
            ("lineItems", [_line_body(line, order, country) for line in order.lines]),
            ("creationDate", iso7(order.created_at)),
            ("status", order.status),
            ("transactionType", "UserPurchase"),
            ("links", links),
            ("attributes", attributes),
        )
    )


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


def reservation_entitlement(held: Sequence[Reservation], show_expiry: bool, knobs: Knobs) -> Json | None:
    """The entitlement of a reservation order that was bought through Partner Center: what its reservations hold."""
    live = [one for one in held if one.live]
    reservation = (live or held)[0]
    if reservation.order_id is None:
        return None
    if not live and knobs.cancelled_entitlement == "missing":
        return None
    body: dict[str, Json] = {
        "includedEntitlements": [],
        "referenceOrder": {"id": reservation.order_id, "lineItemId": "0"},
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
        **_quantity_details(reservation.original_quantity, not live, knobs),
    }
    if show_expiry:
        body["expiryDate"] = iso_midnight(reservation.expires_at)
    return body


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


def _line_body(line: OrderLine, order: Order, country: str) -> Json:
    links = product_links(line.offer_id, country)
    if line.subscription_id is not None:
        links["subscription"] = link(f"/customers/{order.customer_id}/subscriptions/{line.subscription_id}")
    return without_none(
        (
            ("lineItemNumber", line.number),
            ("offerId", line.offer_id),
            ("subscriptionId", line.subscription_id),
            ("termDuration", line.term_duration),
            ("transactionType", "New"),
            ("friendlyName", line.name),
            ("quantity", 0 if line.cancelled and line.shows_zero else line.quantity),
            ("links", links),
        )
    )
