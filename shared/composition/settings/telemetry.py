"""Where telemetry goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.composition.settings.reader import Reader

ROLE = "csp-offboarding"
SECRETS = ("OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_TABLE_CONNECTION", "ServiceBus")


class TelemetryKind(StrEnum):
    """Where telemetry goes."""

    OFF = "off"
    AZURE_MONITOR = "azure_monitor"
    CONSOLE = "console"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """`role`: which app it comes from. `secrets`: never to be exported, whoever quotes them."""

    kind: TelemetryKind
    file: Path | None
    connection: str = field(repr=False)
    role: str = ROLE
    secrets: tuple[str, ...] = field(default=(), repr=False)


def read_telemetry(reader: Reader) -> TelemetrySettings:
    """Off unless said otherwise."""
    kind = reader.choice("OFFBOARDING_TELEMETRY", TelemetryKind, TelemetryKind.OFF)
    connection, file = "", None
    if kind is TelemetryKind.AZURE_MONITOR:
        connection = reader.required("APPLICATIONINSIGHTS_CONNECTION_STRING")
    if kind is TelemetryKind.FILE and reader.required("OFFBOARDING_TELEMETRY_FILE"):
        file = reader.path("OFFBOARDING_TELEMETRY_FILE")
    role = reader.optional("WEBSITE_SITE_NAME") or ROLE
    return TelemetrySettings(kind, file, connection, role, tuple(filter(None, map(reader.optional, SECRETS))))
