"""How the token endpoint and the tokens behave."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from local.simulator.knobs.model import Model


class SignInFailure(StrEnum):
    """Ways in which the token endpoint can refuse, whatever it is asked."""

    INVALID_GRANT = "invalidGrant"
    INTERACTION_REQUIRED = "interactionRequired"
    INVALID_CLIENT = "invalidClient"
    EXPIRED_REFRESH_TOKEN = "expiredRefreshToken"
    REVOKED_REFRESH_TOKEN = "revokedRefreshToken"
    MFA_REQUIRED = "mfaRequired"
    MFA_NOT_REGISTERED = "mfaNotRegistered"
    WRONG_SECRET = "wrongSecret"
    EXPIRED_SECRET = "expiredSecret"
    NO_CONSENT = "noConsent"
    UNKNOWN_APPLICATION = "unknownApplication"
    UNKNOWN_TENANT = "unknownTenant"
    CONDITIONAL_ACCESS = "conditionalAccess"
    DISABLED_USER = "disabledUser"
    NO_SERVICE_PRINCIPAL = "noServicePrincipal"
    UNAVAILABLE = "unavailable"


class DeviceAnswer(StrEnum):
    """What the person does who was given a device code."""

    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    NEVER = "never"


class SignIn(Model):
    """How sign-in behaves."""

    mfa: bool = True
    """False: tokens carry no multifactor claim, and a device code sign-in is one without it."""
    failure: SignInFailure | None = None
    """Every token request is refused like this."""
    audience: str | None = None
    """Overrides the audience of every token."""
    app_only: bool = False
    """Tokens are of the application alone, whatever was redeemed."""
    admin_agent: bool = True
    """False: the user lacks the role, and Partner Center answers App+User calls with 403/900150."""
    graph_scopes: str = "DelegatedAdminRelationship.ReadWrite.All"
    """What a user's token for Microsoft Graph allows, with spaces between."""
    rotate_refresh_token: bool = True
    """A redeemed refresh token comes with a new one."""
    token_lifetime: timedelta = Field(default=timedelta(seconds=3599), ge=timedelta(seconds=1))
    """Of access tokens, in machine time."""
    device_answer: DeviceAnswer = DeviceAnswer.APPROVED
    """What the person does who was given a device code."""
    device_lag: timedelta = Field(default=timedelta(seconds=1), ge=timedelta(0))
    """How long that takes, in machine time."""
    device_interval: int = Field(default=1, ge=1)
    """Seconds between two polls, as told to the client."""
