"""What two requests under one id have that is not the same: nothing, or only who asked, makes one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

from shared.domain.offboarding.request import OffboardingRequest

WHO = "requestedBy"
_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "customer_id": "customerTenantId",
        "domain": "customerDomain",
        "company_name": "customerCompanyName",
        "reactivate_suspended": "suspendedLicences",
        "reseller": "resellerMpnId",
        "grace": "graceSeconds",
    }
)
"""Fields that are sent under another name than their own."""
_SAYS_NOTHING = frozenset({"request_id", "fingerprint", "batch_id"})


def differences(one: OffboardingRequest, other: OffboardingRequest) -> tuple[str, ...]:
    """The fields, as they are sent, in which the two are not the same."""
    return tuple(
        _CALLED.get(item.name) or _camel(item.name)
        for item in fields(OffboardingRequest)
        if item.name not in _SAYS_NOTHING and getattr(one, item.name) != getattr(other, item.name)
    )


def only_who_asked(one: OffboardingRequest, other: OffboardingRequest) -> bool:
    """Whether they ask for the same, each in the name of somebody else: two colleagues with one table."""
    return differences(one, other) == (WHO,)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
