"""The base of every model on the wire: camelCase names, unknown fields refused, nothing coerced."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel


class WireModel(BaseModel):
    """Strict, immutable and spelled in camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=False,
    )

    def to_json(self) -> str:
        """The wire form: camelCase, absent instead of null."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


DATE_TIME = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$"
_WITH_OR_WITHOUT_ZONE = re.compile(DATE_TIME.removesuffix("$") + "?$")


def _spelled_out(value: object) -> object:
    """Digits alone would be taken for seconds since 1970, and a start in the past is a start at once."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _WITH_OR_WITHOUT_ZONE.match(value):
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value.upper())
    raise ValueError("must be a date-time with a zone, such as 2026-06-01T06:00:00Z")


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside of the calendar in UTC") from None


def _iso(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcTime = Annotated[
    AwareDatetime,
    BeforeValidator(_spelled_out),
    AfterValidator(_to_utc),
    PlainSerializer(_iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": DATE_TIME}),
]
"""A date-time with a zone, kept in UTC, written with Z."""
