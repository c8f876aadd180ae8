"""What each refusal of Microsoft Entra means, in plain sentences: cause, and what to do. A pure table.

Source: "Microsoft Entra authentication and authorization error codes". Partner Center's own codes are in its adapter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.domain.advice import CONSENT, advice_of

PORTAL = "in the Entra admin center, under the app registration"


@dataclass(frozen=True, slots=True)
class Meaning:
    """Why something was refused and what a person has to do."""

    cause: str
    action: str

    @property
    def advice(self) -> str:
        """What to do, as a sentence for the operator."""
        return advice_of(self.action)


TOKEN_REFUSALS: Mapping[str, Meaning] = MappingProxyType(
    {
        # the refresh token
        "AADSTS700082": Meaning("The refresh token expired: it was not used for 90 days", CONSENT),
        "AADSTS70008": Meaning("The refresh token expired or was not used for too long", CONSENT),
        "AADSTS70043": Meaning("The refresh token expired under a sign-in frequency policy", CONSENT),
        "AADSTS50173": Meaning("The refresh token was revoked, by a password change or an administrator", CONSENT),
        "AADSTS50133": Meaning("The refresh token was revoked by a password change", CONSENT),
        "AADSTS70000": Meaning("The refresh token is invalid or was revoked", CONSENT),
        "AADSTS9002313": Meaning("The stored refresh token is damaged or is none", CONSENT),
        "AADSTS50076": Meaning("Multifactor authentication is required and the sign-in had none", CONSENT),
        "AADSTS50074": Meaning("Multifactor authentication is required and the sign-in had none", CONSENT),
        "AADSTS50078": Meaning("The multifactor authentication of the sign-in has expired", CONSENT),
        "AADSTS50079": Meaning("The user has to register for multifactor authentication", f"register, then {CONSENT}"),
        # the user
        "AADSTS50034": Meaning("The user does not exist in this tenant", CONSENT),
        "AADSTS50020": Meaning("The user belongs to another tenant", "sign in as a user of the partner's own tenant"),
        "AADSTS50055": Meaning("The user's password has expired", f"change it, then {CONSENT}"),
        "AADSTS50057": Meaning("The user account is disabled", f"enable it, or {CONSENT} as another user"),
        "AADSTS50105": Meaning("The user is not assigned to the application", "assign the user to the enterprise app"),
        "AADSTS50126": Meaning("User name or password are wrong", CONSENT),
        "AADSTS53003": Meaning(
            "A Conditional Access policy blocks the sign-in", f"let the policy allow it, then {CONSENT}"
        ),
        # the application
        "AADSTS7000215": Meaning(
            "The client secret is wrong", f"store the secret's value (not its id), {PORTAL}, Certificates & secrets"
        ),
        "AADSTS7000222": Meaning("The client secret has expired", f"make a new one, {PORTAL}, and store it"),
        "AADSTS700027": Meaning(
            "The client certificate is not the registered one, or its signature is wrong",
            f"upload the certificate in use, {PORTAL}, Certificates & secrets",
        ),
        "AADSTS700024": Meaning("The client assertion is outside its time range", "correct this machine's clock"),
        "AADSTS700211": Meaning(
            "No federated credential of the app registration fits the identity's issuer",
            f"add the managed identity as a federated credential, {PORTAL}",
        ),
        "AADSTS700213": Meaning(
            "No federated credential of the app registration fits the identity's subject",
            f"enter the managed identity's object id as the subject, {PORTAL}, Federated credentials",
        ),
        "AADSTS7000218": Meaning(
            "The request carried no client credential", "set OFFBOARDING_CLIENT_AUTH and its credential"
        ),
        "AADSTS700025": Meaning(
            "The app registration is a public client and may not use a credential",
            f"switch off Allow public client flows, {PORTAL}, Authentication",
        ),
        "AADSTS700016": Meaning(
            "The application does not exist in this tenant",
            "check OFFBOARDING_CLIENT_ID and OFFBOARDING_PARTNER_TENANT_ID",
        ),
        "AADSTS7000112": Meaning("The application is disabled", "enable it in the Entra admin center"),
        "AADSTS90002": Meaning(
            "The tenant does not exist", "check OFFBOARDING_PARTNER_TENANT_ID and OFFBOARDING_CLOUD"
        ),
        "AADSTS65001": Meaning(
            "Nobody consented to what the application asks for",
            f"grant admin consent for Partner Center user_impersonation, {PORTAL}, API permissions",
        ),
        "AADSTS70020": Meaning("The code was not used in time", CONSENT),
        "AADSTS65004": Meaning("The user declined the consent", CONSENT),
        "AADSTS650057": Meaning(
            "The application does not ask for this API", f"add Microsoft Partner Center, {PORTAL}, API permissions"
        ),
        "AADSTS500011": Meaning(
            "The service has no principal in this tenant",
            "create it (az ad sp create --id fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd), then grant admin consent",
        ),
        "AADSTS70011": Meaning("The requested scope does not exist in this cloud", "check OFFBOARDING_CLOUD"),
        # without a number
        "invalid_grant": Meaning("The refresh token is expired, revoked or from a sign-in without MFA", CONSENT),
        "interaction_required": Meaning("Microsoft Entra wants the user to act", CONSENT),
        "consent_required": Meaning(
            "An administrator has to consent to the application again",
            f"grant admin consent, {PORTAL}, API permissions",
        ),
        "invalid_client": Meaning("The client credential is wrong or has expired", f"store a new one, {PORTAL}"),
        "unauthorized_client": Meaning(
            "The app registration is not known or not allowed in this tenant", "check client id and tenant id"
        ),
    }
)
"""By AADSTS code, else by the OAuth error word."""

UNKNOWN = Meaning("The sign-in was refused", f"check the app registration, then {CONSENT}")


def meaning_of(code: str, error: str = "") -> Meaning:
    """The meaning of an AADSTS code, else of the OAuth error word, else a general one."""
    return TOKEN_REFUSALS.get(code) or TOKEN_REFUSALS.get(error, UNKNOWN)
