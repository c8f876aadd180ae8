"""Answers about who calls: token, multifactor authentication, role, agreement, the partner's own account."""

from __future__ import annotations

import re

from shared.adapters.http.error_map import About, ErrorRow
from shared.domain.advice import CONSENT, advice_of
from shared.domain.errors import Verdict

STORE_ANEW = advice_of(CONSENT)
AS_A_USER = "Run python3 dev.py consent and sign in as a user of the partner (App+User), then resume."
ROLE = "Run python3 dev.py consent and sign in as a member of the Admin agents group, then resume."
REGISTRATION = "Check the app registration: it must ask for a token for Partner Center, then resume."
ACCOUNT = "Bring the account settings of the partner in Partner Center in order, then resume."
NO_MFA = "the token carries no MFA claim"


def _nobody(status: int | None, code: str, sentence: str, advice: str) -> ErrorRow:
    return ErrorRow(status, code, Verdict.OPERATOR, sentence, advice, about=About.SIGN_IN)


SIGN_IN = (
    _nobody(None, "900420", "the token was issued for another audience", REGISTRATION),
    _nobody(None, "900421", NO_MFA, STORE_ANEW),
    # The form of the answer before 900421 existed (partner security requirements).
    ErrorRow(
        401,
        None,
        Verdict.OPERATOR,
        NO_MFA,
        STORE_ANEW,
        about=About.SIGN_IN,
        text=re.compile("mfa required", re.IGNORECASE),
        report_as="900421",
    ),
    _nobody(None, "800001", "the call carried no partner token", REGISTRATION),
    _nobody(None, "900316", "the token is of the wrong kind for this call", AS_A_USER),
    _nobody(None, "900329", "an app-only token is not supported for this call", AS_A_USER),
    _nobody(
        None,
        "900309",
        "a Conditional Access policy blocks the sign-in",
        "Let the policy allow this application, run python3 dev.py consent and sign in again, then resume.",
    ),
    _nobody(None, "90000", "Microsoft Entra refused the sign-in", STORE_ANEW),
    _nobody(None, "900150", "the signed-in user lacks the role for this call", ROLE),
    _nobody(None, "900308", "the signed-in user lacks the role for this call", ROLE),
    ErrorRow(401, "400", Verdict.OPERATOR, "access is denied, also with a renewed token", ROLE, about=About.TOKEN),
    ErrorRow(403, "2032", Verdict.OPERATOR, "access to this object is denied", ROLE),
    ErrorRow(
        403,
        "900124",
        Verdict.OPERATOR,
        "the partner has not signed the Microsoft Partner Agreement",
        "Have a global administrator of the partner sign it in Partner Center, then resume.",
    ),
    ErrorRow(403, "900149", Verdict.OPERATOR, "the partner's program membership is not active", ACCOUNT),
    ErrorRow(403, "800039", Verdict.OPERATOR, "the reseller is not active", ACCOUNT),
    ErrorRow(
        403,
        "2006",
        Verdict.OPERATOR,
        "this partner may not manage the offer",
        "Check the partner's authorization for this offer in Partner Center, or end it there, then resume.",
    ),
)
