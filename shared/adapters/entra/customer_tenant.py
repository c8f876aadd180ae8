"""Why there is no token in a customer's tenant, which says nothing about the partner's own sign-in. A pure table.

Source: "Microsoft Entra authentication and authorization error codes"; a token takes consent to the application there,
and of a user delegated admin rights (GDAP, or DAP).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.adapters.entra.meanings import Meaning

_CONSENT = Meaning(
    "nobody in the customer's tenant has consented to the application",
    "have an administrator of the customer consent to the application (or consent for them, through GDAP)",
)
_APPLICATION = Meaning(
    "the application is not in the customer's tenant, or is switched off there",
    "have an administrator of the customer consent to the application, which adds it (or switch it on again there)",
)
_RIGHTS = Meaning(
    "the sign-in account has no delegated admin rights in the customer's tenant",
    "have the customer approve a delegated admin relationship (GDAP) whose roles include the Azure reservations, and "
    "assign a security group of the account to it",
)
_POLICY = Meaning(
    "a Conditional Access policy of the customer's tenant blocks the sign-in",
    "ask the customer to let the partner's sign-ins pass (service provider users)",
)
_NO_TENANT = Meaning("Microsoft Entra knows no such tenant", "check whether the customer's tenant was deleted")

NO_TOKEN: Mapping[str, Meaning] = MappingProxyType(
    {
        "65001": _CONSENT,
        "65004": _CONSENT,
        "700016": _APPLICATION,
        "7000112": _APPLICATION,
        "500011": _APPLICATION,
        "50020": _RIGHTS,
        "50034": _RIGHTS,
        "50105": _RIGHTS,
        "90072": _RIGHTS,
        "53003": _POLICY,
        "90002": _NO_TENANT,
    }
)
"""By the number of the AADSTS code. Anything else is about the partner's own sign-in."""
