"""Settings as a command gets them: a file in the shape of local.settings.json, or the environment."""

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
    """The environment (no file, or the word env), or the `Values` of the file alone.

    Raises SettingsError when the file cannot be read.
    """
    if file is None or str(file) == "env":
        return environment
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        values = content.get("Values", content)
        return {str(name): str(value) for name, value in values.items()}
    except OSError as error:
        raise SettingsError(f"settings file {file} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError):
        raise SettingsError(f'settings file {file} must be JSON: {{"Values": {{NAME: value}}}}') from None
