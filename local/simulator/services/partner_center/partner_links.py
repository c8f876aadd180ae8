"""Relationship links, indirect resellers and transfers."""

from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer
from local.simulator.tenant.records import Reseller, Transfer
from local.simulator.times import iso7
from local.simulator.wire.shapes import collection, link


def relationship_request(call: Call) -> Reply:
    """The link by which a customer's global administrator accepts the partner (again). Per partner."""
    url = (
        "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
        f"&partnerId={call.partner.tenant_id}&msppId=0&DAP=false#/BillingAccounts/partner-invitation"
    )
    return Reply(200, {"url": url, "attributes": {"objectType": "RelationshipRequest"}})


def resellers_of_customer(call: Call) -> Reply:
    """The indirect resellers of one customer: without state and location."""
    customer = own_customer(call)
    return Reply(200, collection([_reseller(one) for one in customer.resellers]))


def resellers_of_partner(call: Call) -> Reply:
    """The partner's indirect resellers."""
    items = [_reseller(one) | {"state": "Active", "location": "US"} for one in call.partner.resellers]
    return Reply(200, collection(items))


def list_transfers(call: Call) -> Reply:
    """The customer's transfers: a bare array, not a collection."""
    customer = own_customer(call)
    return Reply(200, [_transfer(call, one) for one in call.store.transfers.of(customer.id)])


def _reseller(one: Reseller) -> dict[str, Json]:
    return {
        "id": one.id,
        "name": one.name,
        "relationshipType": "is_indirect_reseller_of",
        "mpnId": one.mpn_id,
        "attributes": {"objectType": "PartnerRelationship"},
    }


def _transfer(call: Call, one: Transfer) -> Json:
    lines = []
    for id_ in one.subscription_ids:
        held = call.store.subscriptions.get(id_)
        lines.append(
            {
                "id": 0,
                "subscriptionId": id_.upper(),
                "offerId": held.offer_id if held else "",
                "billingCycle": held.billing_cycle if held else "monthly",
                "friendlyName": held.name if held else "",
                "quantity": held.quantity if held else 1,
                "partnerIdOnRecord": call.partner.mpn_id,
                "addonItems": [],
            }
        )
    return {
        "id": one.id,
        "status": one.status,
        "createdTime": iso7(one.created_at),
        "lastModifiedTime": iso7(one.modified_at),
        "customerTenantId": one.customer_id,
        "partnertenantid": one.target_tenant_id,
        "sourcePartnerName": call.partner.name,
        "sourcePartnerTenantId": call.partner.tenant_id,
        "targetPartnerName": one.target_name,
        "targetPartnerTenantId": one.target_tenant_id,
        "lineItems": lines,
        "links": {"self": link(f"/customers/{one.customer_id}/transfers/{one.id}")},
        "attributes": {"objectType": "TransferEntity"},
    }


_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", "/v1/customers/relationshiprequests", relationship_request, _PC, app_only=False),
    Route("GET", "/v1/customers/{customer}/relationships", resellers_of_customer, _PC, app_only=False),
    Route("GET", "/v1/relationships", resellers_of_partner, _PC, app_only=False),
    Route("GET", "/v1/customers/{customer}/transfers", list_transfers, _PC),
)
