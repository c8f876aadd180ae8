"""Where telemetry goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.composition.settings.reader import Reader

ROLE = "csp-offboarding"


class TelemetryKind(StrEnum):
    """Where telemetry goes."""

    OFF = "off"
    AZURE_MONITOR = "azure_monitor"
    CONSOLE = "console"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """`role`: which app it comes from."""

    kind: TelemetryKind
    file: Path | None
    connection: str = field(repr=False)
    role: str = ROLE


def read_telemetry(reader: Reader) -> TelemetrySettings:
    """Off unless said otherwise."""
    kind = reader.choice("OFFBOARDING_TELEMETRY", TelemetryKind, TelemetryKind.OFF)
    connection, file = "", None
    if kind is TelemetryKind.AZURE_MONITOR:
        connection = reader.required("APPLICATIONINSIGHTS_CONNECTION_STRING")
    if kind is TelemetryKind.FILE and reader.required("OFFBOARDING_TELEMETRY_FILE"):
        file = reader.path("OFFBOARDING_TELEMETRY_FILE")
    return TelemetrySettings(kind, file, connection, reader.optional("WEBSITE_SITE_NAME") or ROLE)
