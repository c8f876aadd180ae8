"""Relationship links and indirect partners.

Source: "Request a reseller relationship", "Retrieve a list of indirect resellers", "Get indirect resellers of a
customer".
"""

from local.simulator.errors import refuse
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer
from local.simulator.tenant.records import Reseller
from local.simulator.wire.shapes import collection

_PROVIDER_OF = "is_indirect_cloud_solution_provider_of"
_RESELLER_OF = "is_indirect_reseller_of"


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
    return Reply(200, collection([_partner(one, _PROVIDER_OF) for one in customer.resellers]))


def relationships_of_partner(call: Call) -> Reply:
    """An indirect provider's resellers, an indirect reseller's providers; a direct partner has neither.

    ``relationship_type`` is IsIndirectCloudSolutionProviderOf or IsIndirectResellerOf; without it: both.
    """
    wanted = call.request.params().get("relationship_type", "").lower().replace("_", "")
    both = {
        "isindirectcloudsolutionproviderof": (call.partner.resellers, _PROVIDER_OF),
        "isindirectresellerof": (call.partner.providers, _RESELLER_OF),
    }
    if wanted and wanted not in both:
        raise refuse("800002", text="relationship_type is unknown")
    chosen = [both[wanted]] if wanted else list(both.values())
    items = [
        _partner(one, name) | {"state": "Active", "location": "US"} for partners, name in chosen for one in partners
    ]
    return Reply(200, collection(items))


def _partner(one: Reseller, relationship: str) -> dict[str, Json]:
    return {
        "id": one.id,
        "name": one.name,
        "relationshipType": relationship,
        "mpnId": one.mpn_id,
        "attributes": {"objectType": "PartnerRelationship"},
    }


_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", "/v1/customers/relationshiprequests", relationship_request, _PC, app_only=False),
    Route("GET", "/v1/customers/{customer}/relationships", resellers_of_customer, _PC, app_only=False),
    Route("GET", "/v1/relationships", relationships_of_partner, _PC, app_only=False),
)
