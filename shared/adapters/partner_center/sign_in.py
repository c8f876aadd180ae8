"""What a refusal of the Microsoft Entra token endpoint means (Entra authentication and authorization error codes)."""

from __future__ import annotations

import re
from datetime import datetime

from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.failures import Refusal, failure
from shared.domain.errors import RefusedError, RemoteError, SignInRequiredError

_AADSTS = re.compile(r"AADSTS(\d+)")

CUSTOMER_TENANT = frozenset(
    {"50020", "50034", "50105", "53003", "65001", "65004", "90002", "90072", "500011", "700016", "7000112"}
)
"""The user, the application or its consent is missing in the tenant asked, or a policy of that tenant blocks it. In a
customer's tenant that says nothing about the partner's own sign-in."""

SENTENCES = {
    "invalid_grant": "The refresh token is expired, revoked or from a sign-in without multifactor authentication. "
    "Sign in again and store the new refresh token",
    "interaction_required": "Microsoft Entra wants the user to act. Sign in again with multifactor authentication "
    "and store the new refresh token",
    "consent_required": "An administrator has to consent to the application again",
    "invalid_client": "The client secret of the app registration is wrong or has expired. Store a new one",
    "unauthorized_client": "The app registration is not known or allowed in this tenant. Check client and tenant id",
}


def sign_in_failure(service: str, call: Call, answer: Answer, now: datetime, *, foreign: bool) -> RemoteError | None:
    """The error of a token answer, None if it is 2xx. `foreign`: the tenant asked is not the partner's own."""

    def rules(refusal: Refusal) -> RemoteError:
        match = _AADSTS.search(refusal.message)
        number = match[1] if match else ""
        code = f"AADSTS{number}" if number else refusal.code
        if foreign and number in CUSTOMER_TENANT:
            return refusal.as_error(RefusedError, "no token in the customer's tenant", code=code)
        sentence = SENTENCES.get(refusal.code, "The sign-in was refused. Check the app registration and sign in again")
        return refusal.as_error(SignInRequiredError, sentence, code=code)

    return failure(service, call, answer, now, rules)
