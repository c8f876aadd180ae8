"""Settings as a command gets them: a file, in the shape of local.settings.json or as the Azure CLI lists them, or the
environment.

    az functionapp config appsettings list -g GROUP -n NAME > settings.json
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from shared.domain.errors import SettingsError


def what_to_do(error: SettingsError, file: Path | None) -> str:
    """Who gave no file looked at the environment, where the settings of an app seldom are."""
    if file is not None:
        return error.operator_action
    return "The environment was read. Give the app's settings with --settings FILE (of up: DATA/local.settings.json)."


def given_settings(file: Path | None, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment (no file, or the word env), or the `Values` of the file alone; references into a vault as text.

    Raises SettingsError when the file cannot be read.
    """
    if file is None or str(file) == "env":
        return environment
    try:
        # Bytes: PowerShell redirects into UTF-16, and json finds out.
        content = json.loads(file.read_bytes())
        if isinstance(content, list):
            return {str(each["name"]): str(each["value"]) for each in content if each["value"] is not None}
        values = content.get("Values", content)
        return {str(name): str(value) for name, value in values.items()}
    except OSError as error:
        raise SettingsError(f"settings file {file} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        shapes = '{"Values": {NAME: value}}, or the list of az functionapp config appsettings list'
        raise SettingsError(f"settings file {file} must be JSON: {shapes}") from None
