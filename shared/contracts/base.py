"""The base of every model on the wire: camelCase names, unknown fields refused, nothing coerced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer
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


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside of the calendar in UTC") from None


def _iso(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc), PlainSerializer(_iso, return_type=str, when_used="json")]
"""A date-time with a zone, kept in UTC, written with Z."""
