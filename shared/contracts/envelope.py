"""The CloudEvents 1.0 envelope that a message may come in: opened, and refused where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

ENVELOPE_REQUIRED = ("specversion", "id", "source", "type")
ENVELOPE_KNOWN = frozenset({*ENVELOPE_REQUIRED, "datacontenttype", "dataschema", "subject", "time", "data"})
ENVELOPE_TEXTS = ("datacontenttype", "dataschema", "subject", "time")
EXTENSION = re.compile(r"^[a-z0-9]{1,20}$")


def opened(value: dict[str, object], kind: str) -> tuple[dict[str, object], str]:
    """The message of this type without its envelope, and the path to it ("" where it came bare).

    Raises InvalidRequestError for an envelope that is wrong, or of another type."""
    return (_open(value, kind), "data.") if "specversion" in value else (value, "")


def _open(value: Mapping[str, object], kind: str) -> dict[str, object]:
    for name in ENVELOPE_REQUIRED:
        if not isinstance(value.get(name), str) or not value[name]:
            raise InvalidRequestError(ReasonCode.MISSING_FIELD, name, "a CloudEvents envelope needs it as text")
    if value["specversion"] != "1.0":
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "specversion", "must be 1.0", str(value["specversion"]))
    if value["type"] != kind:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "type", f"must be {kind}", str(value["type"]))
    for name in ENVELOPE_TEXTS:
        if name in value and not isinstance(value[name], str):
            raise InvalidRequestError(ReasonCode.WRONG_TYPE, name, "must be text", type(value[name]).__name__)
    if "json" not in str(value.get("datacontenttype", "application/json")):
        rule = "must be application/json"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "datacontenttype", rule, str(value["datacontenttype"]))
    for name in value:
        if name not in ENVELOPE_KNOWN and not EXTENSION.match(name):
            rule = "is neither a CloudEvents attribute nor a valid extension name"
            raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, name, rule)
    data = value.get("data")
    if not isinstance(data, dict):
        raise InvalidRequestError(
            ReasonCode.WRONG_TYPE, "data", "must be the message as a JSON object", type(data).__name__
        )
    return dict(data)
