"""Settings that a user gives the application on the command line: `--set NAME=VALUE`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from local.stack.errors import StackError
from shared.composition.settings import read_settings
from shared.composition.settings.table import SETTINGS
from shared.domain.errors import SettingsError

OWN = frozenset({
    "ServiceBus", "ServiceBus__fullyQualifiedNamespace", "ServiceBus__clientId", "WEBSITE_AUTH_ENABLED",
    "WEBSITE_HOSTNAME", "OFFBOARDING_STORE", "OFFBOARDING_SQLITE_FILE", "OFFBOARDING_TABLE_ENDPOINT",
    "OFFBOARDING_TABLE_CONNECTION", "OFFBOARDING_KEY_VAULT_URL", "OFFBOARDING_REFRESH_TOKEN_FILE",
    "OFFBOARDING_EVIDENCE_CONTAINER", "OFFBOARDING_EVIDENCE_FOLDER", "OFFBOARDING_EVIDENCE_KEY_FILE",
    "OFFBOARDING_SNAPSHOT_CONTAINER", "OFFBOARDING_SNAPSHOT_FOLDER",
    "OFFBOARDING_PARTNER_CENTER_URL", "OFFBOARDING_LOGIN_URL", "OFFBOARDING_GRAPH_URL", "OFFBOARDING_AZURE_URL",
    "OFFBOARDING_CLOCK_FILE", "OFFBOARDING_NOTIFY_HOSTS", "OFFBOARDING_NOTIFY_TEAMS_URL",
    "OFFBOARDING_NOTIFY_EMAIL_ENDPOINT", "OFFBOARDING_NOTIFY_WEBHOOK_URL", "OFFBOARDING_NOTIFY_WEBHOOK_KEY",
})  # fmt: skip
"""What the stack decides: where its parts are. With another address a local run would reach a real tenant."""
ELSEWHERE = "http://127.0.0.1:1"
"""Stands for addresses that are not known before the parts are up; nothing is ever sent there."""


def parse(given: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` each, the last of a name wins. Raises StackError for what is no setting, or not the user's."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise StackError(f"--set {name} needs a value: --set NAME=VALUE")
        if name not in SETTINGS:
            raise StackError(
                f"--set: the application has no setting {name}{_instead(name)} (docs/reference.md has all)"
            )
        if name in OWN:
            raise StackError(f"--set: {name} is decided by the stack, whose parts are all on this machine")
        found[name] = value
    return found


def require_accepted(values: Mapping[str, str], *, authentication: bool) -> None:
    """Have the application read its settings before anything is started; raises StackError in its words."""
    platform = {"WEBSITE_AUTH_ENABLED": str(authentication), "WEBSITE_HOSTNAME": "127.0.0.1:1"}
    try:
        read_settings({**values, **platform})
    except SettingsError as error:
        raise StackError(f"the application refuses its settings, so nothing was started: {error}") from None


def _instead(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), [each for each in SETTINGS if each not in OWN], n=1)
    return f"; did you mean {close[0]}?" if close else ""
