"""Where a customer and what it holds are addressed: every part is checked, so that no path leaves its customer (I6)."""

from __future__ import annotations

from shared.adapters.http.call import guid, segment

CUSTOMERS = "/v1/customers"


def customer_path(customer_id: str, *below: str) -> str:
    return "/".join((CUSTOMERS, guid("customerId", customer_id), *below))


def subscription_path(customer_id: str, subscription_id: str) -> str:
    return customer_path(customer_id, "subscriptions", segment("subscriptionId", subscription_id))


def azure_subscription_path(customer_id: str, plan_id: str, azure_subscription_id: str) -> str:
    below = segment("azureSubscriptionId", azure_subscription_id)
    return f"{subscription_path(customer_id, plan_id)}/azureEntitlements/{below}"
