"""The catalogue as far as renewals need it: the availabilities of one SKU for one customer, with their terms."""

from local.simulator.errors import refuse
from local.simulator.messages import Json
from local.simulator.rules.catalogue_terms import terms_of
from local.simulator.scenario.catalogue import OFFERS
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer
from local.simulator.tenant.kinds import Kind
from local.simulator.tenant.records import Customer
from local.simulator.wire.shapes import collection, link


def list_availabilities(call: Call) -> Reply:
    """Of what the customer holds or the catalogue knows. 404/400013 for any other product."""
    customer = own_customer(call)
    product, sku = call.args["product"].upper(), call.args["sku"].upper()
    found = _offered(call, customer, product, sku)
    if found is None:
        raise refuse("400013", id=product)
    kind, availability = found
    one = _body(call, customer, (product, sku, availability), kind)
    if call.knobs.availabilities == "single":
        return Reply(200, one)
    return Reply(200, collection([one], f"/products/{product}/skus/{sku}/availabilities"))


def _offered(call: Call, customer: Customer, product: str, sku: str) -> tuple[Kind, str] | None:
    held = ((one.kind, one.offer_id) for one in call.store.subscriptions.of(customer.id))
    for kind, offer_id in (*held, *((kind, offer.offer_id) for kind, offer in OFFERS.items())):
        parts = offer_id.upper().split(":")
        if parts[:2] == [product, sku]:
            return kind, parts[2] if len(parts) > 2 else sku
    return None


def _body(call: Call, customer: Customer, offered: tuple[str, str, str], kind: Kind) -> Json:
    product, sku, availability = offered
    terms = [
        {
            "id": f"term{number}",
            "duration": term.duration,
            "description": f"{term.duration} commitment, billed {term.billing_cycle}",
            "billingCycle": term.billing_cycle,
        }
        for number, term in enumerate(terms_of(kind, product, call.knobs))
    ]
    uri = f"/products/{product}/skus/{sku}/availabilities/{availability}?country={customer.country}"
    return {
        "id": availability,
        "productId": product,
        "skuId": sku,
        "catalogItemId": f"{product}:{sku}:{availability}",
        "defaultCurrency": {"code": "USD", "symbol": "$"},
        "segment": "commercial",
        "country": customer.country,
        "isPurchasable": True,
        "isRenewable": True,
        "terms": terms,
        "links": {"self": link(uri)},
    }


ROUTES = (
    Route(
        "GET",
        "/v1/customers/{customer}/products/{product}/skus/{sku}/availabilities",
        list_availabilities,
        Service.PARTNER_CENTER,
    ),
)
