"""What Partner Center's error codes mean to the pipeline (Partner Center REST error codes).

Only what changes the kind of error is named here; every other code travels on in RefusedError.remote_code.
"""

from __future__ import annotations

import re
from datetime import timedelta

from shared.adapters.http.failures import Refusal
from shared.domain.errors import BusyError, NoRelationshipError, RemoteError, SignInRequiredError

_CUSTOMER = re.compile(r"/v1/customers/[^/]+", re.IGNORECASE)
_BELOW_CUSTOMER = re.compile(r"/v1/customers/[^/]+/.+", re.IGNORECASE)

ANYWHERE = frozenset({"20002", "900159"})
"""No commerce relationship, whichever resource of the customer was asked for."""
NOT_FOUND = frozenset({"60003", "3000"})
"""Tenant or partner relationship not found (403 or 404), for the customer and everything below."""
PENDING_OPERATION = "900278"
PENDING_WAIT = timedelta(hours=24)

MFA = "900421"
SIGN_IN = {
    "900420": "The token was issued for another audience. The app registration must ask for a Partner Center token",
    MFA: "The token carries no MFA claim. Sign in again with multifactor authentication, store the new refresh token",
    "800001": "The call carried no partner token. Check the app registration of the sign-in",
    "900316": "The token is of the wrong kind. Sign in as a user of the partner (App+User)",
    "900329": "An app-only token is not supported for this call. Sign in as a user of the partner (App+User)",
    "900309": "A Conditional Access policy blocks the sign-in. Let it allow this application, then sign in again",
    "90000": "Microsoft Entra refused the sign-in. Sign in again and store the new refresh token",
    "900150": "The signed-in user lacks the role for this call. Sign in as a member of the Admin agents group",
    "900308": "The signed-in user lacks the role for this call. Sign in as a member of the Admin agents group",
}


def partner_center_rules(refusal: Refusal) -> RemoteError | None:
    """See `failures.Rules`."""
    if refusal.code in SIGN_IN:
        return refusal.as_error(SignInRequiredError, SIGN_IN[refusal.code])
    if refusal.status == 401 and "mfa required" in refusal.message.casefold():
        # The form of the answer before 900421 existed (partner security requirements).
        return refusal.as_error(SignInRequiredError, SIGN_IN[MFA], code=MFA)
    if _no_relationship(refusal):
        return refusal.as_error(NoRelationshipError, "this partner has no relationship with the customer")
    if refusal.status == 409 and refusal.code == PENDING_OPERATION:
        return refusal.as_error(BusyError, "another operation on it is pending", wait=PENDING_WAIT)
    return None


def _no_relationship(refusal: Refusal) -> bool:
    customer = _CUSTOMER.fullmatch(refusal.path) is not None
    if not customer and not _BELOW_CUSTOMER.fullmatch(refusal.path):
        return False
    if refusal.code in ANYWHERE and refusal.status in {400, 403, 404}:
        return True
    if refusal.status in {403, 404}:
        # 1000 only says "not found": below the customer it is the sub-resource that is missing.
        return refusal.code in NOT_FOUND or (customer and refusal.code == "1000")
    # 400/3000 is "invalid property" in general, and what a second removal is answered with.
    return (
        customer and refusal.status == 400 and refusal.code == "3000" and "relationship" in refusal.message.casefold()
    )
