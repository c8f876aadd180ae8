"""Reasons of requests that name the wrong customer, or one that is taken."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, operations, sender

CORRECT = "Correct it and send it with a new request id."

CUSTOMERS = Group(
    "The customer",
    "Found before anything was changed.",
    {
        R.CUSTOMER_UNKNOWN: sender(
            "No customer of this partner has this tenant id or this default domain, or its relationship was removed "
            "before. A domain that is not the default one needs `customerTenantId` beside it.",
            CORRECT,
        ),
        R.CUSTOMER_AMBIGUOUS: sender(
            "The domain matches several customers.", "Name `customerTenantId`, in a request with a new request id."
        ),
        R.CUSTOMER_MISMATCH: sender(
            "The domain or the company name is not that of the tenant. Any domain that Partner Center shows for it "
            "will do: its default one always, its custom ones where the partner has delegated administration.",
            CORRECT,
        ),
        R.CUSTOMER_CHANGED: operations(
            "The customer that was identified does not fit the request any more.",
            "Check which tenant is meant; resume if it is still this one.",
        ),
        R.CUSTOMER_NAMELESS: operations(
            "Partner Center shows the customer without the domain or the company name that the request names, as it "
            "may do with a deleted tenant: nothing can be compared.",
            "Look at the customer in Partner Center. If its tenant was deleted, remove it there; if its name and "
            "domain are shown, resume.",
        ),
        R.OWN_TENANT: sender("The tenant id is the partner's own.", CORRECT),
        R.PROTECTED_CUSTOMER: sender(
            "The customer is listed in `OFFBOARDING_PROTECTED_CUSTOMERS`. An offboarding that was at work already is "
            "`stopped`, and the text says what had been done.",
            "Check the customer. If it is meant, have an administrator take it off the list, then send the request "
            "with a new request id.",
        ),
        R.NOT_A_RESELLER: operations(
            "The partner's relationship with the customer is not a reseller relationship.",
            "Check the customer in Partner Center, then resume.",
        ),
        R.RESELLER_REQUIRED: sender(
            "This partner is an indirect provider, the customer belongs to a reseller, and the request names none.",
            "Name the reseller in `resellerMpnId`, in a request with a new request id.",
        ),
        R.JOINED: sender(
            "The customer is already being offboarded with the same options.",
            "Follow the offboarding that `joinedTo` names.",
        ),
        R.LIVE_WITH_OTHER_OPTIONS: sender(
            "The customer is already being offboarded with other options; `liveOffboardingId` names that offboarding.",
            "Wait for it, or send its options with a new request id.",
        ),
    },
)
