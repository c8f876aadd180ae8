"""Writes the JSON Schemas of the request and of every event into schemas/, from the models.

`python -m shared.contracts.schemas` writes them; a test compares what is kept with what would be written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.events import Event, EventType
from shared.contracts.request import RequestV1
from shared.contracts.schema_names import data_schema_id, schema_id
from shared.contracts.withdrawal import WithdrawalV1

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ALWAYS_IN: dict[EventType, tuple[str, ...]] = {
    EventType.WAITING: ("reason", "nextAttemptAt"),
    EventType.NEEDS_ATTENTION: ("reason",),
    EventType.REMOVED: ("reason", "proofs", "reestablishUrl"),
    EventType.ALREADY_REMOVED: ("reason",),
    EventType.PLANNED: ("reason", "plan"),
    EventType.STOPPED: ("reason", "plan"),
    EventType.REJECTED: ("reason",),
    EventType.JOINED: ("reason", "joinedTo"),
    EventType.WITHDRAWN: ("reason",),
}
"""What the data of an event type always carries, beyond what every event carries."""


def all_schemas() -> dict[str, dict[str, Any]]:
    """File name to schema."""
    schemas = {
        "request.v1.schema.json": _finished(RequestV1.model_json_schema(by_alias=True)),
        "withdrawal.v1.schema.json": _finished(WithdrawalV1.model_json_schema(by_alias=True)),
    }
    for kind in EventType:
        schemas[f"{kind.value}.schema.json"] = _finished(_event_schema(kind))
    return schemas


def _event_schema(kind: EventType) -> dict[str, Any]:
    schema = Event.model_json_schema(by_alias=True, mode="serialization")
    schema["$id"], schema["title"] = schema_id(kind), kind.value
    schema["properties"]["type"] |= {"const": kind.value, "type": "string"}
    schema["properties"]["type"].pop("$ref", None)
    schema["properties"]["dataschema"]["const"] = data_schema_id(kind)
    schema["$defs"].pop("EventType", None)
    data = schema["$defs"]["EventData"]
    data["required"] = sorted({*data.get("required", []), *ALWAYS_IN.get(kind, ())})
    schema["required"] = sorted(schema["properties"])
    return schema


def _finished(schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, **schema}


def as_text(schema: dict[str, Any]) -> str:
    """The form in which a schema is kept."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main() -> int:
    """Write every schema."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in all_schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")
        sys.stderr.write(f"wrote schemas/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
