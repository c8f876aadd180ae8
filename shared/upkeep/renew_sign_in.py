"""The daily renewal of the sign-in: redeem the refresh token, store the new one, tell its age.

A refresh token dies after 90 days without use ("Refresh tokens in the Microsoft identity platform"). Long before, the
age shows that the renewal does not work.
"""

from __future__ import annotations

import logging

from shared.domain.errors import RemoteError
from shared.pipeline.core.services import Services

log = logging.getLogger("offboarding")
WARN_AFTER, ALARM_AFTER, DEAD_AFTER = 60, 80, 90
"""Days."""
NOT_RENEWED, AGE = {"event": "refresh_token.not_renewed"}, {"event": "refresh_token.age"}


def renew_sign_in(services: Services) -> None:
    """One renewal. Raises the RemoteError that stopped it, after the age was told; tomorrow it is tried again.

    Run twice, or dying anywhere, it leaves a token that works: older ones stay valid.
    """
    try:
        if not services.sign_in.renew():
            log.info("the login service gave no new refresh token; the old one is kept")
    except RemoteError as error:
        log.error("the refresh token was not renewed: %s. %s", error, error.operator_action, extra=NOT_RENEWED)
        _tell_age(services)
        raise
    _tell_age(services)


def level_of(days: int) -> int:
    """The log level that an age of the refresh token deserves."""
    if days >= ALARM_AFTER:
        return logging.ERROR
    return logging.WARNING if days >= WARN_AFTER else logging.INFO


def _tell_age(services: Services) -> None:
    try:
        days = services.sign_in.age().days
    except RemoteError as error:
        log.error("refresh_token_age_days is not known: %s", error, extra=AGE)
        return
    text = f"; it dies after {DEAD_AFTER} days without use: run python3 dev.py consent" if days >= WARN_AFTER else ""
    log.log(level_of(days), "refresh_token_age_days=%d%s", days, text, extra={**AGE, "refreshTokenAgeDays": days})
