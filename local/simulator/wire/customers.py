"""Customer bodies. Source: "Get a customer by ID", "Get a list of customers", "Remove a reseller relationship"."""

from local.simulator.messages import Json
from local.simulator.tenant.records import Customer
from local.simulator.wire.shapes import link

REMOVAL_ANSWER: Json = {
    "id": None,
    "commerceId": None,
    "companyProfile": None,
    "billingProfile": None,
    "relationshipToPartner": "none",
    "allowDelegatedAccess": None,
    "userCredentials": None,
    "customDomains": None,
    "associatedPartnerId": None,
    "attributes": {"objectType": "Customer"},
}
"""The answer to the removal, documented in PascalCase: an echo that does not even name the customer."""


def customer_item(customer: Customer) -> Json:
    """An item of the list: without the delegated access flag."""
    return {
        "id": customer.id,
        "companyProfile": _company(customer),
        "relationshipToPartner": customer.shown_relationship,
        "links": {"self": link(f"/customers/{customer.id}")},
        "attributes": {"objectType": "Customer"},
    }


def customer_body(customer: Customer, sees_details: bool) -> Json:
    """The whole customer; address, e-mail and domains only with delegated admin rights."""
    body: dict[str, Json] = {
        "id": customer.id,
        "commerceId": customer.commerce_id,
        "companyProfile": company_profile(customer, sees_details),
        "billingProfile": _billing(customer),
        "relationshipToPartner": customer.shown_relationship,
        "allowDelegatedAccess": customer.delegated_access,
    }
    if sees_details:
        body["customDomains"] = [customer.domain, *customer.other_domains]
    if customer.partner_id:
        body["associatedPartnerId"] = customer.partner_id
    body["links"] = {"self": link(f"/customers/{customer.id}")}
    body["attributes"] = {"objectType": "Customer"}
    return body


def company_profile(customer: Customer, sees_details: bool) -> Json:
    """``profiles/company``: address and e-mail only with delegated admin rights."""
    company = _company(customer)
    if sees_details:
        company |= _details(customer)
    return company


def billing_profile(customer: Customer) -> Json:
    """``profiles/billing``, which the partner keeps of the customer."""
    return _billing(customer)


def _details(customer: Customer) -> dict[str, Json]:
    return {
        "address": {
            "country": customer.country,
            "region": "wa",
            "city": "Redmond",
            "addressLine1": "1 Example Way",
            "postalCode": "98052",
            "phoneNumber": "4255550100",
        },
        "email": f"billing@{customer.domain}",
    }


def _company(customer: Customer) -> dict[str, Json]:
    return {
        "tenantId": customer.id,
        "domain": customer.domain,
        "companyName": customer.name,
        "links": {"self": link(f"/customers/{customer.id}/profiles/company")},
        "attributes": {"objectType": "CustomerCompanyProfile"},
    }


def _billing(customer: Customer) -> Json:
    return {
        "id": customer.commerce_id,
        "firstName": "Billing",
        "lastName": "Contact",
        "email": f"billing@{customer.domain}",
        "culture": customer.culture,
        "language": customer.culture.split("-")[0],
        "companyName": customer.name,
        "defaultAddress": {
            "country": customer.country,
            "city": "Redmond",
            "state": "WA",
            "addressLine1": "1 Example Way",
            "postalCode": "98052",
            "firstName": "Billing",
            "lastName": "Contact",
            "phoneNumber": "4255550100",
        },
        "links": {"self": link(f"/customers/{customer.id}/profiles/billing")},
        "attributes": {
            "etag": str(-4_000_000_000_000_000_000 - customer.ordinal),
            "objectType": "CustomerBillingProfile",
        },
    }
