"""The rules of the fields that are sent to us in words, for the errors that a sender reads."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.policy import Restriction
from shared.domain.wording import shorten

_ID = "must be 1 to 128 letters, digits, '.', '_', ':' or '-', beginning with a letter or digit"
PATTERNS = {
    "requestId": _ID,
    "batchId": _ID,
    "customerTenantId": "must be a GUID such as 0a4cf1f2-3f0f-4c9a-8d7e-6b1f2a3c4d5e",
    "customerDomain": "must be a domain name such as contoso.onmicrosoft.com",
    "resellerMpnId": "must be a number of up to 20 digits",
    "planDigest": "must be 64 lower-case hex digits, as plan.digest of the offboarding",
}
LONGEST_GRACE = 30 * 24 * 3600
NUMBERS = {"graceSeconds": f"must be a whole number of seconds from 0 to {LONGEST_GRACE}, which is 30 days"}
ONE_LINE = "must be one line of text with something to read in it"
TYPES = {
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "missing": "is required",
    "model_type": "must be a JSON object",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
}
BOUNDS = {"greater_than_equal": "at least", "less_than_equal": "at most"}
DATES = "must be a date-time with a zone, such as 2026-06-01T06:00:00Z"
CODES = {
    "extra_forbidden": ReasonCode.UNKNOWN_FIELD,
    "missing": ReasonCode.MISSING_FIELD,
    "literal_error": ReasonCode.WRONG_VALUE,
    "json_invalid": ReasonCode.NOT_JSON,
}


def code_of(kind: str) -> ReasonCode:
    """The stable code of a kind of validation error."""
    return CODES.get(kind, ReasonCode.WRONG_TYPE if kind.endswith("_type") else ReasonCode.WRONG_VALUE)


def rule_of(kind: str, field: str, context: dict[str, Any], message: str) -> str:
    """The rule that a value broke, in words."""
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(field, ONE_LINE)
    if kind.startswith(("datetime", "timezone")):
        return DATES
    if field in NUMBERS:
        return NUMBERS[field]
    if kind in BOUNDS:
        return f"must be {BOUNDS[kind]} {context.get('ge', context.get('le'))}"
    if kind == "string_too_long":
        return f"must have at most {context.get('max_length')} characters"
    if kind == "too_long":
        words = f" of: {', '.join(Restriction)}" if field == "restrictions" else ""
        return f"must have at most {context.get('max_length')}{words}"
    if kind in ("string_too_short", "too_short"):
        return "must not be empty"
    if kind == "literal_error":
        return f"must be {context.get('expected')}"
    return TYPES.get(kind, message.removeprefix("Value error, "))


def shown_value(value: object) -> str:
    """A refused value as it may be quoted in a message."""
    return json.dumps(shorten(value) if isinstance(value, str) else value, default=str, ensure_ascii=False)


def named_mistakes(error: ValidationError, model: type[BaseModel], prefix: str = "") -> InvalidRequestError:
    """The first mistake with field, value and rule, and the others; `prefix` is the path to the model."""
    found = [_one(item, model, prefix) for item in error.errors(include_url=False)]
    code, field, rule, value = found[0]
    return InvalidRequestError(code, field, rule, value, tuple((item[1], item[2]) for item in found[1:20]))


def _one(item: Any, model: type[BaseModel], prefix: str) -> tuple[ReasonCode, str, str, str]:
    kind, path = str(item["type"]), ".".join(str(part) for part in item["loc"])
    field = prefix + path if path else prefix.rstrip(".") or "$"
    if kind == "extra_forbidden":
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        return code_of(kind), field, f"is not a known field; known are {known}", ""
    shown = shown_value(item.get("input")) if path and kind != "missing" else ""
    return code_of(kind), field, rule_of(kind, path, item.get("ctx") or {}, str(item["msg"])), shown
