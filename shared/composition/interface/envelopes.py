"""Messages to the pipeline in the envelope of CloudEvents 1.0, and bare."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from shared.composition.interface.route import JSON, Content, Schema
from shared.contracts.envelope import ENVELOPE_KNOWN, ENVELOPE_REQUIRED, EXTENSION
from shared.contracts.request import REQUEST_TYPE, RequestV1
from shared.contracts.withdrawal import WITHDRAWAL_TYPE

PREFIX = "#/components/schemas/"
CLOUDEVENT = "application/cloudevents+json"


def enveloped(kind: str, data: Schema) -> dict[str, Any]:
    """The schema of an envelope of this type around `data`."""
    text = {"type": "string", "minLength": 1}
    known: dict[str, Any] = {name: {"type": "string"} for name in sorted(ENVELOPE_KNOWN)}
    known |= dict.fromkeys(ENVELOPE_REQUIRED, text)
    known |= {"specversion": {"const": "1.0"}, "type": {"const": kind}, "data": data}
    known["datacontenttype"] = {"type": "string", "pattern": "json", "default": JSON}
    return {
        "type": "object",
        "description": f"CloudEvents 1.0 around a message of type {kind}; extension attributes are ignored.",
        "properties": known,
        "patternProperties": {EXTENSION.pattern: {}},
        "additionalProperties": False,
        "required": [*ENVELOPE_REQUIRED, "data"],
    }


def reference(model: type[BaseModel]) -> dict[str, str]:
    """A reference to the schema of a model."""
    return {"$ref": f"{PREFIX}{model.__name__}"}


ENVELOPES: dict[str, dict[str, Any]] = {
    "RequestEnvelope": enveloped(REQUEST_TYPE, reference(RequestV1)),
    "WithdrawalEnvelope": enveloped(WITHDRAWAL_TYPE, {"$ref": f"{PREFIX}WithdrawalData"}),
}
"""By name among the schemas of both documents."""
REQUEST_BODY = Content(
    media=(JSON, CLOUDEVENT), schema={"anyOf": [reference(RequestV1), {"$ref": f"{PREFIX}RequestEnvelope"}]}
)
