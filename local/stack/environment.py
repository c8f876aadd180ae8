"""What the parts of the stack see of the shell's environment.

A host takes a variable for a setting, and a variable wins over the settings file. So what a shell still holds of a real
deployment, such as the exports of docs/operations.md, would reach into the local stack.
"""

from __future__ import annotations

from collections.abc import Mapping

from local.stack.azurite import VARIABLE
from shared.composition.settings.table import SETTINGS

PREFIXES = ("OFFBOARDING_", "AZUREFUNCTIONSJOBHOST__", "AZUREWEBJOBS", "CONNECTIONSTRINGS__SERVICEBUS", "SERVICEBUS__")
_SETTINGS = frozenset(name.upper() for name in SETTINGS)


def of_parts(environment: Mapping[str, str]) -> dict[str, str]:
    """Everything but the application's settings."""
    return {name: value for name, value in environment.items() if not _is_setting(name)}


def left_out(environment: Mapping[str, str]) -> list[str]:
    """The names that the parts do not see, for a word about them: without values, which may be secrets."""
    return sorted(name for name in environment if _is_setting(name) and name != VARIABLE)


def _is_setting(name: str) -> bool:
    upper = name.upper().replace(":", "__")
    return upper in _SETTINGS or upper.startswith(PREFIXES)
