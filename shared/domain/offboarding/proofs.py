"""The names of the proofs."""

from __future__ import annotations

from enum import StrEnum


class ProofName(StrEnum):
    """Every proof that the relationship is gone, in the order in which they are shown: `proofs[].name`."""

    CUSTOMER_LIST = "customer_list"
    CUSTOMER_READ = "customer_read"
    SUBSCRIPTIONS = "subscriptions"
    PURCHASING = "purchasing"
    DELEGATED_ADMIN = "delegated_admin"
    SUPPORT_CONTACT = "support_contact"
    ACTIVITY_LOG = "activity_log"
