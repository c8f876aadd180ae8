"""Transfers of subscriptions to another partner. Source: "Get a list of transfers", "Get transfer details"."""

from local.simulator.errors import refuse
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer
from local.simulator.tenant.kinds import TransferStatus
from local.simulator.tenant.records import Transfer, TransferLine
from local.simulator.times import iso, iso7
from local.simulator.wire.shapes import link

_SETTLED = frozenset({TransferStatus.COMPLETE, TransferStatus.PARTIALLY_COMPLETE})


def list_transfers(call: Call) -> Reply:
    """The customer's transfers: a bare array, not a collection."""
    customer = own_customer(call)
    return Reply(200, [_body(call, one) for one in call.store.transfers.of(customer.id)])


def get_transfer(call: Call) -> Reply:
    """One transfer. 404/1000."""
    customer = own_customer(call)
    call.holding = call.args["transfer"].lower()
    one = call.store.transfers.get_of(customer.id, call.holding)
    if one is None:
        raise refuse("1000")
    return Reply(200, _body(call, one))


def _body(call: Call, one: Transfer) -> Json:
    kept = {line.subscription_id: line for line in one.lines}
    lines = [_line(call, one, number, kept.get(id_)) for number, id_ in enumerate(one.subscription_ids)]
    return {
        "id": one.id,
        "status": one.status,
        "createdTime": iso7(one.created_at),
        "lastModifiedTime": iso(one.modified_at),
        "customerTenantId": one.customer_id,
        "partnertenantid": one.target_tenant_id,
        "sourcePartnerName": call.partner.name,
        "sourcePartnerTenantId": call.partner.tenant_id,
        "targetPartnerName": one.target_name,
        "targetPartnerTenantId": one.target_tenant_id,
        "lastModifiedUser": call.partner.client_id,
        "lineItems": lines,
        "links": {"self": link(f"/customers/{one.customer_id}/transfers/{one.id}")},
        "attributes": {"objectType": "TransferEntity"},
    }


def _line(call: Call, one: Transfer, number: int, kept: TransferLine | None) -> dict[str, Json]:
    """A settled line tells its order and its own status; the others do not."""
    id_ = one.subscription_ids[number]
    held = call.store.subscriptions.get(id_)
    name = held.name if held else kept.name if kept else ""
    offer = held.offer_id if held else kept.offer_id if kept else ""
    billing = held.billing_cycle if held else kept.billing_cycle if kept else "monthly"
    quantity = held.quantity if held else kept.quantity if kept else 1
    line: dict[str, Json] = {
        "id": number,
        "subscriptionId": id_.upper(),
        "offerId": offer,
        "billingCycle": billing,
        "friendlyName": name,
        "quantity": quantity,
        "partnerIdOnRecord": call.partner.mpn_id,
        "addonItems": [],
    }
    if one.status not in _SETTLED:
        return line
    line |= {"transferGroupId": str(number)}
    if id_ in one.moved_ids or one.status is TransferStatus.COMPLETE:
        order_id = held.order_id if held else kept.order_id if kept else ""
        return line | {"status": "Complete", "orderId": order_id}
    return line | {"status": "Failed", "transferError": f"The subscription could not be transferred: {id_}"}


_ALL = "/v1/customers/{customer}/transfers"
ROUTES = (
    Route("GET", _ALL, list_transfers, Service.PARTNER_CENTER),
    Route("GET", f"{_ALL}/{{transfer}}", get_transfer, Service.PARTNER_CENTER),
)
