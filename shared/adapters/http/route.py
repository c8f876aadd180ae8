"""The route of a call, as telemetry names it: the path with every id as `{id}`.

What is kept is listed: a segment that nobody listed may be anything, a customer's domain or a key among them.
"""

from __future__ import annotations

ID = "{id}"
WORDS = frozenset(
    {
        "v1",
        "v1.0",
        "v2.0",
        # Partner Center
        "auditrecords",
        "availabilities",
        "azureEntitlements",
        "azureentitlements",
        "cancel",
        "customers",
        "entitlements",
        "orders",
        "products",
        "reactivate",
        "relationshiprequests",
        "skus",
        "subscriptions",
        "supportcontact",
        "transfers",
        # Microsoft Graph
        "delegatedAdminRelationships",
        "requests",
        "tenantRelationships",
        # Azure Resource Manager
        "Microsoft.BillingBenefits",
        "Microsoft.Capacity",
        "calculateRefund",
        "providers",
        "reservationOrders",
        "reservations",
        "return",
        "savingsPlanOrders",
        "savingsPlans",
        # Microsoft Entra
        ".well-known",
        "common",
        "devicecode",
        "oauth2",
        "openid-configuration",
        "organizations",
        "token",
    }
)


def route_of(path: str) -> str:
    """`/v1/customers/{id}/subscriptions` for any customer; no query."""
    return "/".join(part if part in WORDS or not part else ID for part in path.partition("?")[0].split("/"))
