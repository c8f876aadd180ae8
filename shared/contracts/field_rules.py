"""The rules of the request's fields in words, for the errors that a sender reads."""

from __future__ import annotations

import json
from typing import Any

from shared.domain.errors import shorten
from shared.domain.policy import Restriction

PATTERNS = {
    "requestId": "must be 1 to 128 letters, digits, '.', '_', ':' or '-', beginning with a letter or digit",
    "customerTenantId": "must be a GUID such as 0a4cf1f2-3f0f-4c9a-8d7e-6b1f2a3c4d5e",
    "customerDomain": "must be a domain name such as contoso.onmicrosoft.com",
    "resellerMpnId": "must be a number of up to 20 digits",
}
ONE_LINE = "must be one line of text with something to read in it"
TYPES = {
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "missing": "is required",
    "model_type": "must be a JSON object",
}
DATES = "must be a date-time with a zone, such as 2026-06-01T06:00:00Z"
CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "literal_error": "wrong_value",
    "json_invalid": "not_json",
}


def code_of(kind: str) -> str:
    """The stable code of a kind of validation error."""
    return CODES.get(kind, "wrong_type" if kind.endswith("_type") else "wrong_value")


def rule_of(kind: str, field: str, context: dict[str, Any], message: str) -> str:
    """The rule that a value broke, in words."""
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(field, ONE_LINE)
    if kind.startswith(("datetime", "timezone")):
        return DATES
    if kind == "string_too_long":
        return f"must have at most {context.get('max_length')} characters"
    if kind == "too_long":
        words = f" of: {', '.join(Restriction)}" if field == "restrictions" else ""
        return f"must have at most {context.get('max_length')}{words}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "literal_error":
        return f"must be {context.get('expected')}"
    return TYPES.get(kind, message.removeprefix("Value error, "))


def shown_value(value: object) -> str:
    """A refused value as it may be quoted in a message."""
    return json.dumps(shorten(value) if isinstance(value, str) else value, default=str, ensure_ascii=False)
