"""The partner's own profiles: who am I, and am I authorised.

Source: "Verify a partner PartnerID" (profiles/mpn), "Get an organization profile", "Get the partner legal business
profile". The first two want App+User.
"""

from local.simulator.errors import refuse
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.wire.shapes import link

_ADDRESS: Json = {
    "country": "US",
    "city": "Redmond",
    "state": "WA",
    "addressLine1": "1 Example Way",
    "addressLine2": "",
    "postalCode": "98052",
}
_CONTACT: Json = {"firstName": "Partner", "lastName": "Contact", "phoneNumber": "4255550100"}


def mpn_profile(call: Call) -> Reply:
    """The own profile, or that of ``?mpnId=``: 404/3000 for one that nobody has."""
    wanted = call.request.params().get("mpnId") or call.partner.mpn_id
    known = {one.mpn_id: one.name for one in (*call.partner.resellers, *call.partner.providers)}
    known[call.partner.mpn_id] = call.partner.name
    if wanted not in known:
        error = refuse("3000", 404)
        error.text = f"No partner organization has the partner id {wanted[:40]}."
        raise error
    return Reply(200, {"partnerName": known[wanted], "mpnId": wanted} | _profile("MpnProfile", "mpn"))


def organization_profile(call: Call) -> Reply:
    """The tenant, its default domain and address."""
    partner = call.partner
    body: Json = {
        "id": partner.tenant_id,
        "companyName": partner.name,
        "defaultAddress": _ADDRESS | _CONTACT,
        "tenantId": partner.tenant_id,
        "domain": partner.domain,
        "email": partner.user,
        "language": "en",
        "culture": "en-US",
    } | _profile("OrganizationProfile", "organization")
    body["attributes"]["etag"] = "organization-1"
    return Reply(200, body)


def legal_business_profile(call: Call) -> Reply:
    """The legal company and how its vetting stands."""
    partner = call.partner
    body = {
        "companyName": partner.name,
        "address": _ADDRESS | _CONTACT,
        "primaryContact": _CONTACT | {"email": partner.user},
        "companyApproverAddress": _ADDRESS,
        "companyApproverEmail": partner.user,
        "vettingStatus": partner.vetting_status,
        "vettingSubStatus": "none",
    }
    return Reply(200, body | _profile("LegalBusinessProfile", "legalbusiness"))


def billing_profile(call: Call) -> Reply:
    """Where and in which currency Microsoft bills the partner."""
    partner = call.partner
    body: dict[str, Json] = {
        "companyName": partner.name,
        "address": _ADDRESS | _CONTACT,
        "primaryContact": _CONTACT | {"email": partner.user},
        "purchaseOrderNumber": "",
        "taxId": "",
        "billingCurrency": "USD",
    }
    return Reply(200, body | _profile("BillingProfile", "billing"))


def _profile(type_: str, path: str) -> dict[str, Json]:
    return {
        "profileType": type_,
        "links": {"self": link(f"/profiles/{path}")},
        "attributes": {"objectType": type_},
    }


_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", "/v1/profiles/mpn", mpn_profile, _PC, app_only=False),
    Route("GET", "/v1/profiles/organization", organization_profile, _PC, app_only=False),
    Route("GET", "/v1/profiles/billing", billing_profile, _PC, app_only=False),
    Route("GET", "/v1/profiles/legalbusiness", legal_business_profile, _PC),
)
