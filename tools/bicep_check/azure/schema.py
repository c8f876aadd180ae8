"""Descriptions of resource types as azmcp writes them, turned into shapes.

A description is a list of rows: the resource itself, and the objects that its properties refer to by name. A type is a
text: `string`, the name of an object, `Item[]`, or values between bars, `Hot | Cold | string`.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from tools.bicep_check.azure.resource_types import ResourceType
from tools.bicep_check.shapes import shape as shapes

_SCALARS: dict[str, shapes.Shape] = {
    "string": shapes.STRING,
    "int": shapes.INT,
    "bool": shapes.BOOL,
    "any": shapes.ANYTHING,
    "object": shapes.ANY_OBJECT,
}
_LIMIT = re.compile(r"(min|max)(?:Length|Value): (-?\d+)")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Property(_Row):
    name: str
    type: str
    flags: str | None = None
    modifiers: str | None = None


class _Object(_Row):
    kind: Literal["Object"] = Field(alias="$type")
    name: str
    properties: tuple[_Property, ...]
    additional_properties_type: str | None = None


class _Discriminated(_Row):
    kind: Literal["DiscriminatedObject"] = Field(alias="$type")
    name: str
    discriminator: str
    base_properties: tuple[_Property, ...]
    elements: tuple[_Object, ...]


_Body = Annotated[_Object | _Discriminated, Field(discriminator="kind")]


class _Resource(_Row):
    kind: Literal["Resource"] = Field(alias="$type")
    name: str
    writable_scopes: str
    body_type: _Body


_BODY: TypeAdapter[_Object | _Discriminated] = TypeAdapter(_Body)


def read_schema(name: str, rows: Sequence[dict[str, Any]]) -> ResourceType | None:
    """The type of this name from its rows; None if it is not among them. Raises ValueError for rows of another form."""
    bodies = [_BODY.validate_python(row) for row in rows if row.get("$type") in ("Object", "DiscriminatedObject")]
    reader = _Reader({body.name: body for body in bodies})
    for row in rows:
        if row.get("$type") != "Resource":
            continue
        resource = _Resource.model_validate(row)
        kind, _, version = resource.name.partition("@")
        if kind.casefold() == name.casefold():
            return ResourceType(version, resource.writable_scopes, reader.body(resource.body_type))
    return None


class _Reader:
    def __init__(self, bodies: dict[str, _Object | _Discriminated]) -> None:
        self._bodies = bodies
        self._read: dict[str, shapes.Fields | shapes.Choice] = {}

    def body(self, body: _Object | _Discriminated) -> shapes.Fields | shapes.Choice:
        if isinstance(body, _Object):
            return self._object(body, ())
        options: dict[str, shapes.Fields] = {}
        for element in body.elements:
            value = next(item.type for item in element.properties if item.name == body.discriminator)
            options[value] = self._object(element, body.base_properties)
        return shapes.Choice(body.name, body.discriminator, options)

    def _object(self, body: _Object, base: tuple[_Property, ...]) -> shapes.Fields:
        rest = body.additional_properties_type
        fields = {item.name: self._field(item) for item in (*base, *body.properties)}
        return shapes.Fields(body.name, fields, self._shape(rest) if rest else None)

    def _field(self, item: _Property) -> shapes.Field:
        flags = {flag.strip() for flag in (item.flags or "").split(",")}
        required = "Required" in flags
        limits = {which: int(limit) for which, limit in _LIMIT.findall(item.modifiers or "")}

        def shape() -> shapes.Shape:
            found = self._shape(item.type)
            if isinstance(found, shapes.Scalar) and limits:
                found = shapes.Scalar(found.kind, limits.get("min"), limits.get("max"))
            return found

        return shapes.Field(shape, required, read_only="ReadOnly" in flags and not required)

    def _shape(self, written: str) -> shapes.Shape:
        if written.endswith("[]"):
            return shapes.ListOf(self._shape(written[:-2]))
        if written in self._bodies:
            if written not in self._read:
                self._read[written] = self.body(self._bodies[written])
            return self._read[written]
        if " | " in written:
            return shapes.one_of([_SCALARS.get(value, shapes.Literal(value)) for value in written.split(" | ")])
        return _SCALARS.get(written, shapes.Literal(written))
