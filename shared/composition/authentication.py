"""What has to be known before any setting is read: whether people sign in to the app."""

from __future__ import annotations

from collections.abc import Mapping

HOSTNAME = "WEBSITE_HOSTNAME"
ON = "WEBSITE_AUTH_ENABLED"
"""The platform's own name for App Service Authentication being on."""


def authentication_on(env: Mapping[str, str]) -> bool:
    """What the platform says in `env`. By itself, so that whoever asks at start need not import the settings."""
    return env.get(ON, "").strip().lower() == "true"
