"""All routes of the four services on the one port."""

from local.simulator.services import graph
from local.simulator.services.arm import billing_benefits, capacity, refunds
from local.simulator.services.call import Router
from local.simulator.services.entra import device_code, discovery, people, token_endpoint
from local.simulator.services.partner_center import (
    audit_records,
    availabilities,
    azure_entitlements,
    customers,
    orders,
    partner_links,
    profiles,
    subscriptions,
    transfers,
)

ROUTER = Router(
    (
        *partner_links.ROUTES,
        *profiles.ROUTES,
        *transfers.ROUTES,
        *customers.ROUTES,
        *subscriptions.ROUTES,
        *azure_entitlements.ROUTES,
        *orders.ROUTES,
        *availabilities.ROUTES,
        *audit_records.ROUTES,
        *token_endpoint.ROUTES,
        *discovery.ROUTES,
        *people.ROUTES,
        *device_code.ROUTES,
        *graph.ROUTES,
        *capacity.ROUTES,
        *refunds.ROUTES,
        *billing_benefits.ROUTES,
    )
)
