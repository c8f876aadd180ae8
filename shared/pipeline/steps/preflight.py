"""preflight: is the sign-in good enough to begin? Asked before the first write, with one token and one GET at most.

What is wrong comes back as problems for a person: cause, consequence, what to do. The doctor looks at more.
"""

from __future__ import annotations

from threading import Lock

from shared.domain.advice import CONSENT, Problem, action_of
from shared.domain.errors import RemoteError, SignInRequiredError, UnreadableAnswerError
from shared.pipeline.core.services import Services
from shared.ports.sign_in import Claims, SignIn

GOOD_FOR = 300.0
"""Seconds (monotonic) that a clear answer counts for the process. Problems are never kept: somebody may fix them."""
NO_TOKEN = "No token is issued, so every offboarding waits for a person"  # noqa: S105 - a sentence
NOT_TAKEN = "Partner Center refuses every call, so every offboarding waits for a person"

_lock = Lock()
_clear: tuple[SignIn, float] | None = None


def preflight(services: Services) -> tuple[Problem, ...]:
    """Everything that only a person can fix, none when the sign-in works.

    Raises the retryable RemoteError of a service that is only unavailable or throttled: that passes by itself.
    """
    global _clear
    now = services.clock.monotonic()
    with _lock:
        if _clear is not None and _clear[0] is services.sign_in and now < _clear[1]:
            return ()
    problems = _look(services)
    if not problems:
        with _lock:
            _clear = (services.sign_in, now + GOOD_FOR)
    return problems


def forget_clear_answer() -> None:
    """A call was refused for the sign-in since the last clear answer: look again before the next first write."""
    global _clear
    with _lock:
        _clear = None


def problem_of(check: str, error: RemoteError, consequence: str) -> Problem:
    """An error of a service as a problem."""
    code = error.remote_code or (str(error.status) if error.status else error.code)
    return Problem(check, code, error.sentence.rstrip("."), consequence, action_of(error.operator_action))


def claims_problems(claims: Claims, *, right_audience: bool, partner_tenant_id: str) -> tuple[Problem, ...]:
    """What Partner Center will not take in a token. A pure table of claims."""
    found = []
    if not right_audience:
        cause = f"The token is for {claims.audience[:80] or 'nobody'} instead of Partner Center"
        found.append(
            Problem("audience", "900420", cause, NOT_TAKEN, "check OFFBOARDING_CLOUD and the app registration")
        )
    if claims.tenant_id and claims.tenant_id != partner_tenant_id:
        cause = f"The token is of tenant {claims.tenant_id} and not of the partner's"
        found.append(Problem("tenant", "wrong_tenant", cause, NOT_TAKEN, "check OFFBOARDING_PARTNER_TENANT_ID"))
    if claims.app_only:
        cause = "The token is of the application alone; removing a relationship needs a user behind it (App+User)"
        found.append(Problem("user", "900329", cause, NOT_TAKEN, CONSENT))
    elif not claims.mfa:
        cause = "The token has no MFA claim: the sign-in behind the refresh token used no multifactor authentication"
        found.append(Problem("mfa", "900421", cause, NOT_TAKEN, CONSENT))
    return tuple(found)


def _look(services: Services) -> tuple[Problem, ...]:
    sign_in = services.sign_in
    try:
        claims = sign_in.claims()
    except RemoteError as error:
        if error.retryable:
            raise
        return (problem_of("token", error, NO_TOKEN),)
    found = claims_problems(
        claims, right_audience=sign_in.right_audience(claims), partner_tenant_id=services.partner.tenant_id
    )
    if found:
        # What it lacks may be fixed in a minute, and it would be handed out for an hour.
        sign_in.forget()
        return found
    try:
        # One small object that only a user with the role may read: app-only, MFA and role are checked by the service.
        services.partner_center.relationship_request_url()
    except RemoteError as error:
        if error.retryable:
            raise
        if not isinstance(error, SignInRequiredError) and error.status not in (401, 403):
            # An odd answer says nothing about the sign-in: asked again, and only then a person.
            raise UnreadableAnswerError(f"the preflight was answered oddly: {error}") from error
        return (problem_of("role", error, NOT_TAKEN),)
    return ()
