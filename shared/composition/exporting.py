"""Switches telemetry on in this process: the only place where it is built."""

from __future__ import annotations

import logging

from shared.adapters.telemetry.json_lines import to_console, to_file
from shared.adapters.telemetry.providers import Providers, to_azure_monitor, to_rows
from shared.adapters.telemetry.redaction import hide
from shared.composition.settings.telemetry import TelemetryKind, TelemetrySettings
from shared.ports.telemetry import OFF, use_telemetry


def providers_of(settings: TelemetrySettings) -> Providers | None:
    """The exporters that are set; None for none."""
    hide(settings.secrets)
    if settings.kind is TelemetryKind.AZURE_MONITOR:
        return to_azure_monitor(settings.connection, settings.role)
    if settings.kind is TelemetryKind.FILE and settings.file is not None:
        return to_rows(to_file(settings.file), settings.role)
    return to_rows(to_console, settings.role) if settings.kind is TelemetryKind.CONSOLE else None


def switch_on(providers: Providers) -> None:
    """From now on everything is told, the lines of all loggers included: the host sends none of them any more."""
    logging.getLogger().addHandler(providers.handler)
    use_telemetry(providers.telemetry)


def switch_off(providers: Providers) -> None:
    """Nothing more is told; what was is exported."""
    use_telemetry(OFF)
    logging.getLogger().removeHandler(providers.handler)
    providers.shut_down()
