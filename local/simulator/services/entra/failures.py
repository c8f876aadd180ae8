"""Refusals on demand. Codes: "Microsoft Entra authentication and authorization error codes"; texts of our own."""

from local.simulator.errors import ApiError
from local.simulator.knobs.sign_in import SignInFailure

_GRANT, _CLIENT = "invalid_grant", "invalid_client"
_FAILURES: dict[SignInFailure, tuple[int, str, str]] = {
    SignInFailure.INVALID_GRANT: (400, _GRANT, "AADSTS700082: The refresh token has expired or was revoked."),
    SignInFailure.INTERACTION_REQUIRED: (400, _GRANT, "AADSTS50076: Multifactor authentication is required."),
    SignInFailure.INVALID_CLIENT: (401, _CLIENT, "AADSTS7000222: The client secret has expired."),
    SignInFailure.EXPIRED_REFRESH_TOKEN: (400, _GRANT, "AADSTS700082: The refresh token was inactive for 90.00:00:00."),
    SignInFailure.REVOKED_REFRESH_TOKEN: (400, _GRANT, "AADSTS50173: The grant was revoked; a fresh one is needed."),
    SignInFailure.MFA_REQUIRED: (400, _GRANT, "AADSTS50076: Multifactor authentication is required."),
    SignInFailure.MFA_NOT_REGISTERED: (400, _GRANT, "AADSTS50079: The user must enroll in multifactor authentication."),
    SignInFailure.WRONG_SECRET: (401, _CLIENT, "AADSTS7000215: An invalid client secret was given."),
    SignInFailure.EXPIRED_SECRET: (401, _CLIENT, "AADSTS7000222: The client secret has expired."),
    SignInFailure.NO_CONSENT: (400, _GRANT, "AADSTS65001: Nobody has consented to the application."),
    SignInFailure.UNKNOWN_APPLICATION: (400, "unauthorized_client", "AADSTS700016: The application was not found."),
    SignInFailure.UNKNOWN_TENANT: (400, "invalid_request", "AADSTS90002: The tenant was not found."),
    SignInFailure.CONDITIONAL_ACCESS: (400, _GRANT, "AADSTS53003: Conditional Access policies block the access."),
    SignInFailure.DISABLED_USER: (400, _GRANT, "AADSTS50057: The user account is disabled."),
    SignInFailure.NO_SERVICE_PRINCIPAL: (400, "invalid_resource", "AADSTS500011: The resource was not found."),
    SignInFailure.UNAVAILABLE: (503, "temporarily_unavailable", "AADSTS90033: A transient error. Please try again."),
}


def refusal(failure: SignInFailure) -> ApiError:
    """The refusal of that knob."""
    return ApiError(*_FAILURES[failure])
