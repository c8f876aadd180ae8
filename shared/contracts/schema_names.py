"""The names of the schemas of events."""

from __future__ import annotations

from shared.contracts.events import EventType
from shared.version import VERSION


def schema_id(kind: EventType) -> str:
    """The name of the schema of an event of this type, as this version writes it. A URN: it is never fetched."""
    return f"urn:offboarding:schema:{kind.value}:{VERSION}"


def data_schema_id(kind: EventType) -> str:
    """`dataschema` of an event of this type: the part of its schema that describes the data."""
    return f"{schema_id(kind)}#/$defs/EventData"
