"""The settings of telemetry."""

from __future__ import annotations

from shared.composition.settings.setting import Section, Setting

TELEMETRY = Section(
    "Telemetry",
    (
        Setting(
            "OFFBOARDING_TELEMETRY",
            "Where spans, metrics and log records go ([which](telemetry.md)): `off`, `azure_monitor`, `console` (to "
            "the host's own log), `file`. With `azure_monitor` the platform's `PYTHON_ENABLE_OPENTELEMETRY` must be "
            "`true`, or every log line arrives twice.",
            "off",
        ),
        Setting(
            "OFFBOARDING_TELEMETRY_FILE",
            "Path of the file, one JSON object a line, on one machine only.",
            required="for `file`",
        ),
        Setting(
            "APPLICATIONINSIGHTS_CONNECTION_STRING",
            "The host's own setting: the Application Insights that telemetry is sent to, with the identity of "
            "`APPLICATIONINSIGHTS_AUTHENTICATION_STRING`.",
            required="for `azure_monitor`",
        ),
    ),
)
