"""An error that a check or the consent met, as a problem: there is no offboarding yet to look at or to resume."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.adapters.http.transport import LOOPBACK
from shared.composition.settings import Settings
from shared.domain.advice import Problem, action_of
from shared.domain.errors import NoAnswerError, OffboardingError, RemoteError, ThrottledError, UnavailableError
from shared.pipeline.steps.preflight import problem_of

GENERAL = OffboardingError.operator_action
"""Speaks of an offboarding's timeline, which helps nobody here."""


def trouble(check: str, error: OffboardingError, consequence: str, settings: Settings, command: str) -> Problem:
    """What `error` means to somebody who runs `command`: cause, consequence, what to do.

    `consequence` is what follows from a refusal; a service that is only out of reach makes offboardings wait.
    """
    service = error.service if isinstance(error, RemoteError) else ""
    where, setting = _place(service, settings)
    if isinstance(error, UnavailableError | NoAnswerError | ThrottledError):
        return _out_of_reach(check, error, where, setting, command)
    if error.operator_action != GENERAL and isinstance(error, RemoteError):
        return problem_of(check, error, consequence)
    action = f"check {setting}, and try again: {command}" if error.operator_action == GENERAL else error.operator_action
    return Problem(check, error.code, str(error).rstrip("."), consequence, action_of(action))


def _out_of_reach(check: str, error: RemoteError, where: str, setting: str, command: str) -> Problem:
    name = error.service or "A service"
    waits = f"Offboardings that need {error.service or 'it'} wait until it can be reached, and go on by themselves"
    look = f"check {setting}" + (" and the network" if "://" in where else "")
    if error.status is None:
        why, action = "cannot be reached", f"{look}, and try again: {command}"
        if urlsplit(where).hostname in LOOPBACK:
            action = f"see whether python3 dev.py up is running; {action}"
    else:
        why = f"cannot be used now, it answers {error.status}"
        action = f"wait some minutes and try again: {command}; if it stays so, {look}"
    cause = f"{name}{f' at {where}' if where else ''} {why}: {error.sentence.rstrip('.')}"
    return Problem(check, error.remote_code or error.code, cause, waits, action)


def _place(service: str, settings: Settings) -> tuple[str, str]:
    """The address of a service, and the setting that names it."""
    urls, sign_in, store = settings.endpoints, settings.sign_in, settings.store
    places = {
        "Microsoft Entra": (urls.login, "OFFBOARDING_LOGIN_URL"),
        "Partner Center": (urls.partner_center, "OFFBOARDING_PARTNER_CENTER_URL"),
        "Microsoft Graph": (urls.graph, "OFFBOARDING_GRAPH_URL"),
        "Azure": (urls.azure, "OFFBOARDING_AZURE_URL"),
        "Key Vault": (sign_in.key_vault_url, "OFFBOARDING_KEY_VAULT_URL"),
        "refresh token file": (str(sign_in.refresh_token_file or ""), "OFFBOARDING_REFRESH_TOKEN_FILE"),
        "Table Storage": (store.table_endpoint.partition("?")[0], "the setting of the table store"),
        "store": (str(store.sqlite_file or ""), "OFFBOARDING_SQLITE_FILE"),
    }
    return places.get(service, ("", "the settings"))
