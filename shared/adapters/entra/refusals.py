"""What a refusal of the Microsoft Entra token endpoint means (Entra authentication and authorization error codes)."""

from __future__ import annotations

import re
from datetime import datetime

from shared.adapters.entra.customer_tenant import NO_TOKEN
from shared.adapters.entra.meanings import TOKEN_REFUSALS, meaning_of
from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.failures import Refusal, failure
from shared.domain.errors import RefusedError, RemoteError, SignInRequiredError

_AADSTS = re.compile(r"AADSTS\d+")


def sign_in_failure(service: str, call: Call, answer: Answer, now: datetime, *, foreign: bool) -> RemoteError | None:
    """The error of a token answer, None if it is 2xx. `foreign`: the tenant asked is not the partner's own."""

    def rules(refusal: Refusal) -> RemoteError:
        code = _code(refusal.message) or refusal.code
        there = NO_TOKEN.get(code.removeprefix("AADSTS")) if foreign else None
        if there is not None:
            text = f"no token in the customer's tenant: {there.cause}"
            return refusal.as_error(RefusedError, text, code=code, advice=there.advice)
        meaning = meaning_of(code, refusal.code)
        return refusal.as_error(SignInRequiredError, meaning.cause, code=code, advice=meaning.advice)

    return failure(service, call, answer, now, rules)


def _code(text: str) -> str:
    """The AADSTS code that says most: a general one (70002) may stand in front of the reason (50126)."""
    found = _AADSTS.findall(text)
    return next((code for code in found if code in TOKEN_REFUSALS), found[0] if found else "")
